// Counter-based random numbers (Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
// A number depends on (seed, stream, epoch, index) alone: nothing to save, any order, any device, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gramstack {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// A stream of a seed: what is drawn for one purpose ("order", "crop", a parameter's name). [any-thread]
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view purpose);
  std::uint64_t bits(std::uint32_t epoch, std::uint64_t index) const;
  double uniform(std::uint32_t epoch, std::uint64_t index) const;                            ///< [0, 1)
  double normal(std::uint32_t epoch, std::uint64_t index) const;                             ///< mean 0, variance 1
  std::uint64_t below(std::uint64_t bound, std::uint32_t epoch, std::uint64_t index) const;  ///< [0, bound), unbiased
  /// A permutation of 0..count-1.
  std::vector<std::int64_t> permutation(std::int64_t count, std::uint32_t epoch) const;

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint32_t purpose_;
};

}  // namespace gramstack
