#include <cmath>

#include "ops/ops.h"

namespace gramstack::reference {
namespace {

/// Calls visit(place) for every element of one channel of a tensor [n,c] or [n,c,h,w].
template <class Visit>
void for_each_of_channel(const Shape& shape, std::int64_t channel, const Visit& visit) {
  const std::int64_t pixels = elements(shape) / (shape[0] * shape[1]);
  for (std::int64_t image = 0; image < shape[0]; ++image)
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) visit((image * shape[1] + channel) * pixels + pixel);
}

struct Statistics {
  double mean, variance;
};

Statistics statistics(const Tensor& x, std::int64_t channel) {
  const double count = static_cast<double>(x.size() / x.extent(1));
  double total = 0;
  for_each_of_channel(x.shape(), channel, [&](std::int64_t i) { total += x[i]; });
  const double mean = total / count;
  double squares = 0;
  for_each_of_channel(x.shape(), channel, [&](std::int64_t i) { squares += (x[i] - mean) * (x[i] - mean); });
  return {mean, squares / count};
}

/// y = scale (x - mean) / sqrt(variance + epsilon) + shift in one channel.
void normalize(const Call& call, std::int64_t channel, const Statistics& of) {
  const Tensor& x = call.input(0);
  const double deviation = std::sqrt(of.variance + call.real("epsilon"));
  const double scale = call.input(1)[channel];
  const double shift = call.input(2)[channel];
  for_each_of_channel(x.shape(), channel,
                      [&](std::int64_t i) { call.output()[i] = scale * (x[i] - of.mean) / deviation + shift; });
}

void batch_norm(const Call& call) {
  for (std::int64_t channel = 0; channel < call.input(0).extent(1); ++channel) {
    const Statistics of = statistics(call.input(0), channel);
    normalize(call, channel, of);
    call.output(1)[channel] = of.mean;
    call.output(2)[channel] = of.variance;
  }
}

void batch_norm_inference(const Call& call) {
  for (std::int64_t channel = 0; channel < call.input(0).extent(1); ++channel)
    normalize(call, channel, {call.input(3)[channel], call.input(4)[channel]});
}

/// With u = (x - mean) / deviation: dshift = sum(dy), dscale = sum(dy u),
/// dx = scale / deviation (dy - mean(dy) - u mean(dy u)).
void batch_norm_gradient(const Call& call) {
  const Tensor& dy = call.input(0);
  const Tensor& x = call.input(1);
  const double count = static_cast<double>(x.size() / x.extent(1));
  for (std::int64_t channel = 0; channel < x.extent(1); ++channel) {
    const double scale = call.input(2)[channel];
    const double mean = call.input(3)[channel];
    const double deviation = std::sqrt(call.input(4)[channel] + call.real("epsilon"));
    double dscale = 0;
    double dshift = 0;
    for_each_of_channel(x.shape(), channel, [&](std::int64_t i) {
      dshift += dy[i];
      dscale += dy[i] * (x[i] - mean) / deviation;
    });
    for_each_of_channel(x.shape(), channel, [&](std::int64_t i) {
      const double u = (x[i] - mean) / deviation;
      call.output(0)[i] = scale / deviation * (dy[i] - dshift / count - u * dscale / count);
    });
    call.output(1)[channel] = dscale;
    call.output(2)[channel] = dshift;
  }
}

constexpr OpEntry kOps[] = {{"batch_norm", batch_norm},
                            {"batch_norm_inference", batch_norm_inference},
                            {"batch_norm_gradient", batch_norm_gradient}};

}  // namespace

std::span<const OpEntry> batch_norm_ops() { return kOps; }

}  // namespace gramstack::reference
