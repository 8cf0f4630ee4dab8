#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/ops.h"

namespace gramstack::reference {
namespace {

/// The shape of x with the extents of the reduced axes set to 1; no axes: all of them.
Shape reduced_shape(const Call& call) {
  const std::vector<std::int64_t>& axes = call.attributes->integers("axes");
  Shape shape = call.input(0).shape();
  if (axes.empty()) shape.assign(shape.size(), 1);
  for (const std::int64_t axis : axes) shape[static_cast<std::size_t>(axis)] = 1;
  return shape;
}

void sum(const Call& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.output();
  const Shape shape = reduced_shape(call);
  std::fill(y.values.begin(), y.values.end(), 0.0);
  for (std::int64_t i = 0; i < x.size(); ++i) y[broadcast_index(x.shape(), shape, i)] += x[i];
}

/// m + log(sum(exp(x - m))), m the maximum, so that no exponential overflows; m is 0 where the maximum is infinite.
void logsumexp(const Call& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.output();
  const Shape shape = reduced_shape(call);
  std::vector<double> shift(y.values.size(), -std::numeric_limits<double>::infinity());
  for (std::int64_t i = 0; i < x.size(); ++i) {
    double& largest = shift[static_cast<std::size_t>(broadcast_index(x.shape(), shape, i))];
    largest = std::max(largest, x[i]);
  }
  for (double& largest : shift) largest = std::isfinite(largest) ? largest : 0;
  std::fill(y.values.begin(), y.values.end(), 0.0);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::size_t place = static_cast<std::size_t>(broadcast_index(x.shape(), shape, i));
    y.values[place] += std::exp(x[i] - shift[place]);
  }
  for (std::size_t i = 0; i < shift.size(); ++i) y.values[i] = shift[i] + std::log(y.values[i]);
}

constexpr OpEntry kOps[] = {{"sum", sum}, {"logsumexp", logsumexp}};

}  // namespace

std::span<const OpEntry> reduction_ops() { return kOps; }

}  // namespace gramstack::reference
