#include "statistics/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <tuple>
#include <vector>

namespace gramstack::analysis {
namespace {

using Weight = std::function<double(std::size_t, std::size_t)>;

int sign(double difference) { return (difference > 0) - (difference < 0); }

/// The cosine between the signs of all pairs' differences, each pair weighed.
double correlation(std::span<const double> x, std::span<const double> y, const Weight& weight) {
  double product = 0, x_norm = 0, y_norm = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const int x_sign = sign(x[i] - x[j]), y_sign = sign(y[i] - y[j]);
      const double w = weight(i, j);
      product += w * (x_sign * y_sign);
      x_norm += w * std::abs(x_sign);
      y_norm += w * std::abs(y_sign);
    }
  return product / std::sqrt(x_norm * y_norm);
}

/// The place of each element from the largest (first, then second) down.
std::vector<double> ranks(std::span<const double> first, std::span<const double> second) {
  std::vector<std::size_t> order(first.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(first[a], second[a]) > std::tie(first[b], second[b]);
  });
  std::vector<double> rank(first.size());
  for (std::size_t place = 0; place < order.size(); ++place) rank[order[place]] = static_cast<double>(place);
  return rank;
}

double hyperbolic(std::span<const double> x, std::span<const double> y) {
  const std::vector<double> rank = ranks(x, y);
  return correlation(x, y, [&](std::size_t i, std::size_t j) { return 1 / (rank[i] + 1) + 1 / (rank[j] + 1); });
}

}  // namespace

double kendall_tau(std::span<const double> x, std::span<const double> y) {
  return correlation(x, y, [](std::size_t, std::size_t) { return 1.0; });
}

double weighted_tau(std::span<const double> x, std::span<const double> y) {
  return (hyperbolic(x, y) + hyperbolic(y, x)) / 2;
}

}  // namespace gramstack::analysis
