#include <algorithm>

#include "ops/ops.h"
#include "ops/window.h"

namespace gramstack::reference {
namespace {

/// Calls visit(place in x, place in the weights, place in y) for every product that a convolution adds up.
template <class Visit>
void for_each_product(const SlidingWindow& window, const Shape& x, const Shape& weights, const Shape& y,
                      const Visit& visit) {
  for_each_place(y, [&](std::int64_t image, std::int64_t out_channel, std::int64_t out_y, std::int64_t out_x) {
    const std::int64_t place = at(y, image, out_channel, out_y, out_x);
    for (std::int64_t channel = 0; channel < x[1]; ++channel)
      for_each_pixel(window, x, out_y, out_x,
                     [&](std::int64_t in_y, std::int64_t in_x, std::int64_t row, std::int64_t column) {
                       visit(at(x, image, channel, in_y, in_x), at(weights, out_channel, channel, row, column), place);
                     });
  });
}

SlidingWindow window_of(const Call& call, const Shape& weights) {
  return {weights[2], call.integer("stride"), call.integer("padding")};
}

void conv2d(const Call& call) {
  const Tensor& x = call.input(0);
  const Tensor& weights = call.input(1);
  Tensor& y = call.output();
  for_each_place(y.shape(), [&](std::int64_t image, std::int64_t channel, std::int64_t row, std::int64_t column) {
    y[at(y.shape(), image, channel, row, column)] = call.inputs.size() == 3 ? call.input(2)[channel] : 0;
  });
  for_each_product(window_of(call, weights.shape()), x.shape(), weights.shape(), y.shape(),
                   [&](std::int64_t in, std::int64_t weight, std::int64_t out) { y[out] += x[in] * weights[weight]; });
}

void conv2d_data_gradient(const Call& call) {
  const Tensor& dy = call.input(0);
  const Tensor& weights = call.input(1);
  Tensor& dx = call.output();
  std::fill(dx.values.begin(), dx.values.end(), 0.0);
  for_each_product(
      window_of(call, weights.shape()), dx.shape(), weights.shape(), dy.shape(),
      [&](std::int64_t in, std::int64_t weight, std::int64_t out) { dx[in] += dy[out] * weights[weight]; });
}

void conv2d_weight_gradient(const Call& call) {
  const Tensor& x = call.input(0);
  const Tensor& dy = call.input(1);
  Tensor& dw = call.output();
  std::fill(dw.values.begin(), dw.values.end(), 0.0);
  for_each_product(window_of(call, dw.shape()), x.shape(), dw.shape(), dy.shape(),
                   [&](std::int64_t in, std::int64_t weight, std::int64_t out) { dw[weight] += x[in] * dy[out]; });
}

constexpr OpEntry kOps[] = {{"conv2d", conv2d},
                            {"conv2d_data_gradient", conv2d_data_gradient},
                            {"conv2d_weight_gradient", conv2d_weight_gradient}};

}  // namespace

std::span<const OpEntry> convolution_ops() { return kOps; }

}  // namespace gramstack::reference
