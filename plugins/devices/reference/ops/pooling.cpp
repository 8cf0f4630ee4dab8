#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/ops.h"
#include "ops/window.h"

namespace gramstack::reference {
namespace {

struct Maximum {
  double value = -std::numeric_limits<double>::infinity();
  std::int64_t place = -1;  ///< in x; -1: the window holds padding only
};

/// The first maximum, in row-major order, of the window at one output place; the first NaN counts as one.
Maximum maximum_of(const SlidingWindow& window, const Tensor& x, std::int64_t image, std::int64_t channel,
                   std::int64_t out_y, std::int64_t out_x) {
  Maximum best;
  for_each_pixel(window, x.shape(), out_y, out_x, [&](std::int64_t y, std::int64_t in_x, std::int64_t, std::int64_t) {
    const std::int64_t place = at(x.shape(), image, channel, y, in_x);
    const bool larger = x[place] > best.value || (std::isnan(x[place]) && !std::isnan(best.value));
    if (best.place < 0 || larger) best = {x[place], place};
  });
  return best;
}

SlidingWindow max_window(const Call& call) {
  return {call.integer("size"), call.integer("stride"), call.integer("padding")};
}

void max_pool(const Call& call) {
  Tensor& y = call.output();
  for_each_place(y.shape(), [&](std::int64_t image, std::int64_t channel, std::int64_t row, std::int64_t column) {
    y[at(y.shape(), image, channel, row, column)] =
        maximum_of(max_window(call), call.input(0), image, channel, row, column).value;
  });
}

void max_pool_gradient(const Call& call) {
  const Tensor& dy = call.input(0);
  Tensor& dx = call.output();
  std::fill(dx.values.begin(), dx.values.end(), 0.0);
  for_each_place(dy.shape(), [&](std::int64_t image, std::int64_t channel, std::int64_t row, std::int64_t column) {
    const Maximum best = maximum_of(max_window(call), call.input(1), image, channel, row, column);
    if (best.place >= 0) dx[best.place] += dy[at(dy.shape(), image, channel, row, column)];
  });
}

SlidingWindow average_window(const Call& call) { return {call.integer("size"), call.integer("stride"), 0}; }

void average_pool(const Call& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.output();
  const SlidingWindow window = average_window(call);
  for_each_place(y.shape(), [&](std::int64_t image, std::int64_t channel, std::int64_t row, std::int64_t column) {
    double total = 0;
    for_each_pixel(window, x.shape(), row, column,
                   [&](std::int64_t in_y, std::int64_t in_x, std::int64_t, std::int64_t) {
                     total += x[at(x.shape(), image, channel, in_y, in_x)];
                   });
    y[at(y.shape(), image, channel, row, column)] = total / static_cast<double>(window.size * window.size);
  });
}

void average_pool_gradient(const Call& call) {
  const Tensor& dy = call.input(0);
  Tensor& dx = call.output();
  const SlidingWindow window = average_window(call);
  std::fill(dx.values.begin(), dx.values.end(), 0.0);
  for_each_place(dy.shape(), [&](std::int64_t image, std::int64_t channel, std::int64_t row, std::int64_t column) {
    const double share =
        dy[at(dy.shape(), image, channel, row, column)] / static_cast<double>(window.size * window.size);
    for_each_pixel(window, dx.shape(), row, column,
                   [&](std::int64_t in_y, std::int64_t in_x, std::int64_t, std::int64_t) {
                     dx[at(dx.shape(), image, channel, in_y, in_x)] += share;
                   });
  });
}

constexpr OpEntry kOps[] = {{"max_pool", max_pool},
                            {"max_pool_gradient", max_pool_gradient},
                            {"average_pool", average_pool},
                            {"average_pool_gradient", average_pool_gradient}};

}  // namespace

std::span<const OpEntry> pooling_ops() { return kOps; }

}  // namespace gramstack::reference
