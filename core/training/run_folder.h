// The folder of one run: what was asked for, what it ran on, metrics, checkpoint, module files, report.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "store/files.h"
#include "training/checkpoint.h"
#include "training/train.h"

namespace gramstack {

/// What decides the bytes of a run besides its pipeline; compared on resume.
struct RunIdentity {
  bool end_to_end = false;
  std::uint64_t seed = 0;
  std::string data;    ///< fingerprint
  std::string device;  ///< Device::describe()
  std::size_t feature_memory = 0;
  bool operator==(const RunIdentity&) const = default;
};

/// Locked as long as it lives: two processes never work in one folder.
class RunFolder {
 public:
  static constexpr const char* kModules = "modules";

  /// Makes the folder, or takes an empty one. Throws Error(usage) when it has content or is locked.
  static RunFolder create(const std::filesystem::path& folder);
  /// Throws Error(usage) when there is none or it is locked.
  static RunFolder open(const std::filesystem::path& folder);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path modules() const { return path_ / kModules; }

  /// Writes manifest.json, resolved.yaml and pipeline.yaml, each unless it is there.
  void describe(const Pipeline& pipeline, const RunIdentity& identity);
  /// Whether the run is end to end; none: it was interrupted before that was written.
  std::optional<bool> end_to_end() const;
  /// Throws Error(configuration) naming the first difference between the folder's run and this one.
  void check_same(const Pipeline& pipeline, const RunIdentity& identity) const;

  std::optional<TrainingState> checkpoint() const;
  void save(const TrainingState& state);

  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::optional<RunReport> report() const;
  void write_report(const RunReport& report);

 private:
  explicit RunFolder(std::filesystem::path path);
  std::filesystem::path file(const char* name) const { return path_ / name; }
  std::filesystem::path checkpoint_file() const { return path_ / "checkpoints" / "latest"; }

  std::filesystem::path path_;
  Descriptor lock_;
};

/// The report of a finished run. Throws Error(file) when there is none.
RunReport read_report(const std::filesystem::path& run_folder);

/// SHA-256 of the images, labels, format and class names of both splits.
std::string fingerprint(const DataSpec& data);

}  // namespace gramstack
