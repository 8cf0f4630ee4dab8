// Libraries that passed their probe, remembered between runs so that a normal start forks nothing.
#pragma once

#include <filesystem>
#include <string>

namespace gramstack {

/// One small file for each library, in a folder of the user's. It names the library by path, size and times of change,
/// and the build of the core: when one of them differs the library is unknown again. Not being able to read or write
/// the folder is no fault; everything is unknown then.
class Verdicts {
 public:
  /// An empty path: nothing is remembered.
  explicit Verdicts(std::filesystem::path folder) : folder_(std::move(folder)) {}

  bool good(const std::filesystem::path& library) const;
  void remember_good(const std::filesystem::path& library) const;

 private:
  std::filesystem::path folder_;
};

/// $XDG_CACHE_HOME/gramstack/plugins, by default in ~/.cache; empty when there is no home.
std::filesystem::path verdict_folder();

}  // namespace gramstack
