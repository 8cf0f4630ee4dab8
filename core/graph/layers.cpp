#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "api/builder.h"
#include "api/error.h"

namespace gramstack {

namespace {

Initializer by_fan_in(std::int64_t fan_in) {
  return Initializer::uniform(1.0 / std::sqrt(static_cast<double>(fan_in)));
}

void want(bool right, const std::string& scope, const char* layer, const char* wants, const Shape& got) {
  if (!right)
    throw Error(ExitCode::configuration,
                fmt::format("{}: {} layer wants x {}, got {}", scope, layer, wants, to_string(got)));
}

}  // namespace

Value Builder::linear_layer(std::string_view name, Value x, std::int64_t outputs, bool bias) {
  const Shape from = shape(x);
  want(from.size() == 2, scoped(name), "linear", "[n,d]", from);
  const Scope layer = scope(name);
  const Value weights = weight("weight", {outputs, from[1]}, by_fan_in(from[1]));
  const Value shift = bias ? weight("bias", {outputs}, by_fan_in(from[1])) : Value{};
  return matmul(x, weights, false, true, shift);
}

Value Builder::conv2d_layer(std::string_view name, Value x, std::int64_t channels, Window window, bool bias) {
  const Shape from = shape(x);
  want(from.size() == 4, scoped(name), "conv2d", "[n,c,h,w]", from);
  const Scope layer = scope(name);
  const Initializer initializer = by_fan_in(from[1] * window.size * window.size);
  const Value weights = weight("weight", {channels, from[1], window.size, window.size}, initializer);
  const Value shift = bias ? weight("bias", {channels}, initializer) : Value{};
  return conv2d(x, weights, window, shift);
}

Value Builder::batch_norm_layer(std::string_view name, Value x, const BatchNormalization& settings) {
  const Shape from = shape(x);
  want(from.size() == 2 || from.size() == 4, scoped(name), "batch_norm", "[n,c] or [n,c,h,w]", from);
  const Scope layer = scope(name);
  const Shape vector = {from[1]};
  const double epsilon = settings.epsilon, momentum = settings.momentum;
  const Value scale = settings.scaled ? weight("scale", vector, Initializer::constant(1)) : constant(vector, {1});
  const Value shift = weight("shift", vector, Initializer::constant(0), settings.shift);
  const Value running_mean = state("running_mean", vector, Initializer::constant(0));
  const Value running_variance = state("running_variance", vector, Initializer::constant(1));
  if (!training()) return batch_norm_inference(x, scale, shift, running_mean, running_variance, epsilon);

  const Normalized normalized = batch_norm(x, scale, shift, epsilon);
  const std::int64_t values = elements(from) / from[1];
  const double count = static_cast<double>(values);
  const double unbiased = count / std::max(count - 1, 1.0);  // one value has variance 0: any factor will do
  const auto follow = [&](Value running, Value batch, double factor) {
    const Value kept = multiply(running, 1 - momentum);
    update(running, add(kept, multiply(batch, momentum * factor)));
  };
  follow(running_mean, normalized.mean, 1);
  follow(running_variance, normalized.variance, unbiased);
  return normalized.output;
}

}  // namespace gramstack
