#include "statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "training/random.h"

namespace gramstack::analysis {

double quantile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const std::size_t below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

Interval mean_interval(std::span<const double> values, const Bootstrap& bootstrap) {
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  if (values.size() < 2) return {unknown, unknown};
  const RandomStream stream(bootstrap.seed, "bootstrap");
  std::vector<double> means(bootstrap.replicates);
  for (std::uint32_t replicate = 0; replicate < bootstrap.replicates; ++replicate) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[stream.below(values.size(), replicate, i)];
    means[replicate] = sum / static_cast<double>(values.size());
  }
  std::sort(means.begin(), means.end());
  const double tail = (1 - bootstrap.level) / 2;
  return {quantile(means, tail), quantile(means, 1 - tail)};
}

}  // namespace gramstack::analysis
