// How sure a mean of few values is, by drawing them again.
#pragma once

#include <cstdint>
#include <span>

namespace gramstack::analysis {

struct Interval {
  double low, high;
};

struct Bootstrap {
  double level = 0.95;  ///< share of the replicates within the interval
  std::uint32_t replicates = 1000;
  std::uint64_t seed = 0;
};

/// The percentile interval of the mean of `values`: of the means of as many values drawn from them with replacement.
/// The same for the same seed. NaN for fewer than two values.
Interval mean_interval(std::span<const double> values, const Bootstrap& bootstrap = {});

/// The value below which `share` of the sorted values lie, straight between neighbours. REQUIRES: a value.
double quantile(std::span<const double> sorted, double share);

}  // namespace gramstack::analysis
