#include "training/run_folder.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "api/error.h"
#include "training/manifest.h"
#include "training/report.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_json(const fs::path& file, const nlohmann::json::exception& error) {
  throw Error(ExitCode::file, fmt::format("{}: it is damaged: {}", file.string(), error.what()));
}

nlohmann::json read_json(const fs::path& file) {
  try {
    return nlohmann::json::parse(read_text(file));
  } catch (const nlohmann::json::exception& error) {
    fail_json(file, error);
  }
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(ExitCode::resource, fmt::format("cannot make {}: {}", folder.string(), error.message()));
}

/// The values without comments and layout.
std::string canonical(const std::string& yaml) {
  try {
    return YAML::Dump(YAML::Load(yaml));
  } catch (const YAML::Exception&) {
    return yaml;
  }
}

/// The first line of `now` that differs from `then`, as "'a' then, 'b' now".
std::string first_difference(const std::string& then, const std::string& now) {
  std::istringstream old_lines(then), new_lines(now);
  std::string old_line, new_line;
  do {
    if (!std::getline(old_lines, old_line)) old_line.clear();
    if (!std::getline(new_lines, new_line)) new_line.clear();
  } while (old_line == new_line && (old_lines || new_lines));
  return fmt::format("'{}' then, '{}' now", old_line, new_line);
}

[[noreturn]] void fail_difference(const fs::path& folder, const std::string& what) {
  throw Error(ExitCode::configuration,
              fmt::format("{} was begun otherwise: {}; go on as it was begun, or start a new run in another folder",
                          folder.string(), what));
}

void check_equal(const fs::path& folder, const char* what, const std::string& then, const std::string& now) {
  if (then != now) fail_difference(folder, fmt::format("{}: '{}' then, '{}' now", what, then, now));
}

}  // namespace

RunFolder::RunFolder(fs::path path)
    : path_(std::move(path)), lock_(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (lock_.number() < 0)
    throw Error(ExitCode::usage, fmt::format("run folder {}: {}", path_.string(), strerror(errno)));
  if (::flock(lock_.number(), LOCK_EX | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK)
    throw Error(ExitCode::usage, fmt::format("run folder {} is in use by another process", path_.string()));
  throw Error(ExitCode::resource, fmt::format("cannot lock {}: {}", path_.string(), strerror(errno)));
}

RunFolder RunFolder::create(const fs::path& folder) {
  make_folder(folder);
  RunFolder run(folder);
  if (!fs::is_empty(folder))
    throw Error(ExitCode::usage, fmt::format("run folder {} is not empty: resume the run in it, or name another folder",
                                             folder.string()));
  return run;
}

RunFolder RunFolder::open(const fs::path& folder) { return RunFolder(folder); }

void RunFolder::describe(const Pipeline& pipeline, const RunIdentity& identity) {
  make_folder(modules());
  make_folder(checkpoint_file().parent_path());
  const auto write_once = [&](const char* name, const std::string& text) {
    if (!fs::exists(file(name))) write_atomically(file(name), text);
  };
  write_once("manifest.json", manifest(pipeline, identity));
  write_once("resolved.yaml", pipeline.resolved);
  write_once("pipeline.yaml", pipeline.given);
}

std::optional<bool> RunFolder::end_to_end() const {
  const fs::path manifest = file("manifest.json");
  if (!fs::exists(manifest)) return std::nullopt;
  return identity_of(read_text(manifest), manifest.string()).end_to_end;
}

void RunFolder::check_same(const Pipeline& pipeline, const RunIdentity& identity) const {
  const fs::path manifest = file("manifest.json"), resolved = file("resolved.yaml");
  if (fs::exists(manifest)) {
    const RunIdentity then = identity_of(read_text(manifest), manifest.string());
    check_equal(path_, "data fingerprint", then.data, identity.data);
    check_equal(path_, "device", then.device, identity.device);
    check_equal(path_, "seed", std::to_string(then.seed), std::to_string(identity.seed));
    check_equal(path_, "feature memory", std::to_string(then.feature_memory), std::to_string(identity.feature_memory));
  }
  if (!fs::exists(resolved)) return;
  const std::string then = canonical(read_text(resolved)), now = canonical(pipeline.resolved);
  if (then != now) fail_difference(path_, "its pipeline has " + first_difference(then, now));
}

std::optional<TrainingState> RunFolder::checkpoint() const {
  if (!fs::exists(checkpoint_file())) return std::nullopt;
  return load_checkpoint(checkpoint_file(), path_);
}

void RunFolder::save(const TrainingState& state) { save_checkpoint(checkpoint_file(), state); }

std::optional<RunReport> RunFolder::report() const {
  if (!fs::exists(file("report.json"))) return std::nullopt;
  return read_report(path_);
}

void RunFolder::write_report(const RunReport& report) {
  write_atomically(file("report.json"), to_json(report).dump(2) + "\n");
}

RunReport read_report(const fs::path& run_folder) {
  const fs::path file = run_folder / "report.json";
  if (!fs::exists(file))
    throw Error(ExitCode::file, fmt::format("{} holds no finished run: it has no report.json", run_folder.string()));
  try {
    return run_report_of(read_json(file), run_folder);
  } catch (const nlohmann::json::exception& error) {
    fail_json(file, error);
  }
}

}  // namespace gramstack
