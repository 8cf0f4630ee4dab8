#include "plugin/folders.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "config/quote.h"
#include "plugin/registry.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* variable) {
  const char* const value = secure_getenv(variable);
  return value == nullptr ? "" : value;
}

/// Adds `entry`, which `source` names. Relative entries would depend on the working directory.
void add(std::vector<fs::path>& folders, const std::string& source, const std::string& entry, ExitCode code) {
  if (!fs::path(entry).is_absolute())
    throw Error(code, fmt::format("{}: {} is a relative path; give an absolute one", source, quote(entry)));
  folders.push_back(fs::path(entry).lexically_normal());
}

void add_named(std::vector<fs::path>& folders, const char* option, const std::vector<std::string>& options,
               const char* variable) {
  for (const std::string& entry : options) add(folders, option, entry, ExitCode::usage);
  for (const std::string& entry : environment_list(variable)) add(folders, variable, entry, ExitCode::configuration);
}

/// lib/gramstack/plugins beside the folder of the running program; empty when that cannot be told.
fs::path installed_plugins() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  return program.parent_path().parent_path() / "lib/gramstack/plugins";
}

void add_unless_empty(std::vector<fs::path>& folders, const fs::path& base, const char* below) {
  if (!base.empty()) folders.push_back((base / below).lexically_normal());
}

/// Nothing is searched here but what is named by hash, so a relative option is as good as an absolute one.
fs::path store_folder(const std::string& option, const fs::path& user) {
  if (!option.empty()) return fs::absolute(option).lexically_normal();
  const fs::path named = environment("GRAMSTACK_STORE");
  if (named.empty()) return user.empty() ? user : (user / "gramstack/modules").lexically_normal();
  if (!named.is_absolute())
    throw Error(ExitCode::configuration,
                fmt::format("GRAMSTACK_STORE: {} is a relative path; give an absolute one", quote(named.string())));
  return named.lexically_normal();
}

}  // namespace

std::vector<std::string> environment_list(const char* variable) {
  std::vector<std::string> entries;
  const std::string value = environment(variable);
  std::string_view rest = value;
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    if (colon != 0) entries.emplace_back(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return entries;
}

fs::path user_folder(const char* variable, const char* fallback) {
  fs::path named = environment(variable);
  if (named.is_absolute()) return named;
  const fs::path home = environment("HOME");
  return home.is_absolute() ? home / fallback : fs::path();
}

SearchPaths search_paths(const std::vector<std::string>& plugin_options, const std::vector<std::string>& data_options,
                         const std::string& store_option) {
  SearchPaths paths;
  const fs::path user = user_folder("XDG_DATA_HOME", ".local/share");
  add_named(paths.plugins, "--plugin-path", plugin_options, "GRAMSTACK_PLUGIN_PATH");
  add_unless_empty(paths.plugins, user, "gramstack/plugins");
  if (const fs::path installed = installed_plugins(); !installed.empty()) paths.plugins.push_back(installed);
  add_named(paths.data, "--data-path", data_options, "GRAMSTACK_DATA");
  add_unless_empty(paths.data, user, "gramstack/datasets");
  std::vector<std::string> shared = environment_list("XDG_DATA_DIRS");
  if (shared.empty()) shared = {"/usr/local/share", "/usr/share"};
  for (const std::string& base : shared)
    if (fs::path(base).is_absolute()) add_unless_empty(paths.data, base, "datasets");
  paths.store = store_folder(store_option, user);
  return paths;
}

}  // namespace gramstack
