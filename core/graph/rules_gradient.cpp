#include <fmt/format.h>

#include "api/error.h"
#include "graph/rules.h"

namespace gramstack::rules {

namespace {

Value reshaped(const GradientInput& input, Value value, const Shape& shape) {
  return input.shape(value) == shape ? value : input.add("reshape", {value}, {{"shape", shape}});
}

/// Axes of `from` along which `to` was broadcast to it.
std::vector<std::int64_t> broadcast_axes(const Shape& from, const Shape& to) {
  const std::size_t missing = from.size() - to.size();
  std::vector<std::int64_t> axes;
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i] != 1 && (i < missing || to[i - missing] == 1)) axes.push_back(static_cast<std::int64_t>(i));
  return axes;
}

}  // namespace

Value reduce_to(const GradientInput& input, Value gradient, const Shape& shape) {
  const std::vector<std::int64_t> axes = broadcast_axes(input.shape(gradient), shape);
  if (axes.empty()) return reshaped(input, gradient, shape);
  const std::int64_t keep = input.shape(gradient).size() == shape.size() ? 1 : 0;
  return reshaped(input, input.add("sum", {gradient}, {{"axes", axes}, {"keep", keep}}), shape);
}

Value expandable(const GradientInput& input, Value reduced, const Shape& shape, const std::vector<std::int64_t>& axes) {
  Shape kept = axes.empty() ? Shape(shape.size(), 1) : shape;
  for (std::int64_t axis : axes) kept[static_cast<std::size_t>(axis)] = 1;
  const Shape& got = input.shape(reduced);
  const std::size_t leading = kept.size() - got.size();
  const bool aligned = std::equal(got.begin(), got.end(), kept.begin() + static_cast<std::ptrdiff_t>(leading)) &&
                       elements(got) == elements(kept);
  return aligned ? reduced : reshaped(input, reduced, kept);
}

Value scalar(const GradientInput& input, double value) {
  const std::int64_t bits = input.node.outputs.at(0).type == DataType::f64 ? 64 : 32;
  return input.add("constant", {}, {{"shape", Shape{}}, {"values", std::vector<double>{value}}, {"precision", bits}});
}

void want_first_only(const GradientInput& input, const std::string& names) {
  for (std::size_t i = 1; i < input.gradients.size(); ++i)
    if (input.gradients[i])
      throw Error(ExitCode::configuration, fmt::format("has a gradient for its first output only; the loss depends on "
                                                       "its {}",
                                                       names));
}

Value sum_to_channels(const GradientInput& input, Value dy) {
  std::vector<std::int64_t> axes = {0};
  for (std::size_t i = 2; i < input.shape(dy).size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  return input.add("sum", {dy}, {{"axes", axes}});
}

}  // namespace gramstack::rules
