// Tables of features in a module store, so that what frozen modules make of the same images is computed once for all
// runs: FOLDER/features/KEY, the SHA-256 of the rows as text, then the rows, f32.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gramstack {

/// Any number of processes may use one folder. What cannot be kept or read is as good as not there.
class FeatureCache {
 public:
  /// A new table that would make it larger than this drives out those that were not used for longest.
  static constexpr std::uintmax_t kMostBytes = std::uintmax_t{4} << 30;

  /// `store`: the folder of a module store; empty: nothing is kept.
  explicit FeatureCache(const std::filesystem::path& store, std::uintmax_t most_bytes = kMostBytes);

  bool keeps() const { return !folder_.empty(); }
  /// The rows under `key`, a name of a file; none: not there, or damaged.
  std::optional<std::vector<float>> find(const std::string& key) const;
  void put(const std::string& key, std::span<const float> rows) const;

 private:
  void make_room(std::uintmax_t bytes) const;

  std::filesystem::path folder_;
  std::uintmax_t most_bytes_;
};

}  // namespace gramstack
