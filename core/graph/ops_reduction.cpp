#include <fmt/format.h>

#include <algorithm>

#include "graph/rules.h"

namespace gramstack::rules {

namespace {

using Gradients = std::vector<Value>;

void want_axes(const std::vector<std::int64_t>& axes, const Shape& shape) {
  const std::int64_t rank = static_cast<std::int64_t>(shape.size());
  const bool increasing = std::adjacent_find(axes.begin(), axes.end(), std::greater_equal<>()) == axes.end();
  if (!increasing || (!axes.empty() && (axes.front() < 0 || axes.back() >= rank)))
    fail(fmt::format("increasing axes below {} for x {}", rank, to_string(shape)), to_string(axes));
}

std::vector<TensorType> infer_reduction(const InferInput& input) {
  const DataType type = real_type(input);
  const Shape& x = input.inputs[0].shape;
  const std::vector<std::int64_t>& axes = input.attributes.integers("axes");
  want_axes(axes, x);
  const bool keep = integer_within(input, "keep", 0, 1) == 1;
  Shape shape;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(x.size()); ++i) {
    const bool reduced = axes.empty() || std::binary_search(axes.begin(), axes.end(), i);
    if (!reduced || keep) shape.push_back(reduced ? 1 : x[static_cast<std::size_t>(i)]);
  }
  return {{type, shape}};
}

Value expandable_result(const GradientInput& in, Value reduced) {
  return expandable(in, reduced, Shape(in.shape(in.node.inputs[0])), in.node.attributes.integers("axes"));
}

Gradients gradient_sum(const GradientInput& in) {
  const Value dy = expandable_result(in, in.gradients[0]);
  return {in.add("broadcast", {dy}, {{"shape", in.shape(in.node.inputs[0])}})};
}

Gradients gradient_logsumexp(const GradientInput& in) {
  const Value lse = expandable_result(in, in.outputs[0]);
  const Value share = in.add("exp", {in.add("subtract", {in.node.inputs[0], lse})});
  return {in.add("multiply", {share, expandable_result(in, in.gradients[0])})};
}

}  // namespace

std::vector<Op> reduction_ops() {
  const std::vector<AttributeRule> attributes = {integers("axes", {}), integer("keep", 0)};
  return {
      {"sum", "x summed over `axes` (none: all), which keep = 1 leaves with extent 1", 1, 1, attributes, 0,
       infer_reduction, gradient_sum},
      {"logsumexp", "ln of the sum of e^x over `axes` (none: all), which keep = 1 leaves with extent 1", 1, 1,
       attributes, 0, infer_reduction, gradient_logsumexp},
  };
}

}  // namespace gramstack::rules
