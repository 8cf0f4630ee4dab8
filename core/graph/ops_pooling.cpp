#include <fmt/format.h>

#include "graph/rules.h"

namespace gramstack::rules {

namespace {

using Gradients = std::vector<Value>;

Shape pooled(const InferInput& input, const Shape& x) {
  const WindowRule window = window_of(input);
  if (window.padding >= window.size)
    fail(fmt::format("padding below size {}", window.size), std::to_string(window.padding));
  return window_shape(x, window);
}

std::vector<TensorType> infer_pool(const InferInput& input) {
  const DataType type = real_type(input);
  want_rank(input, 0, 4, "x [n,c,h,w]");
  return {{type, pooled(input, input.inputs[0].shape)}};
}

std::vector<TensorType> infer_max_pool_gradient(const InferInput& input) {
  real_type(input);
  want_rank(input, 1, 4, "x [n,c,h,w]");
  const Shape y = pooled(input, input.inputs[1].shape);
  want_shape(input, 0, "dy", y);
  want_shape(input, 2, "y", y);
  return {input.inputs[1]};
}

std::vector<TensorType> infer_average_pool_gradient(const InferInput& input) {
  const DataType type = real_type(input);
  want_rank(input, 0, 4, "dy [n,c,h',w']");
  const Shape& dy = input.inputs[0].shape;
  const Shape x = {dy[0], dy[1], input.attributes.integer("height"), input.attributes.integer("width")};
  want_extents(x);
  want_shape(input, 0, "dy", pooled(input, x));
  return {{type, x}};
}

Gradients gradient_max_pool(const GradientInput& in) {
  return {in.add("max_pool_gradient", {in.gradients[0], in.node.inputs[0], in.outputs[0]}, in.node.attributes)};
}

Gradients gradient_average_pool(const GradientInput& in) {
  const Shape x = in.shape(in.node.inputs[0]);
  Attributes attributes = in.node.attributes;
  attributes.set("height", x[2]);
  attributes.set("width", x[3]);
  return {in.add("average_pool_gradient", {in.gradients[0]}, attributes)};
}

}  // namespace

std::vector<Op> pooling_ops() {
  const AttributeRule size = integer("size"), stride = integer("stride", 1), padding = integer("padding", 0);
  return {
      {"max_pool",
       "x[n,c,h,w] -> the maximum of every window [n,c,h',w']; padding counts as minus infinity",
       1,
       1,
       {size, stride, padding},
       0,
       infer_pool,
       gradient_max_pool},
      {"max_pool_gradient",
       "dy[n,c,h',w'], x[n,c,h,w], y[n,c,h',w'] -> dx; a window's first maximum gets its dy",
       3,
       3,
       {size, stride, padding},
       0,
       infer_max_pool_gradient,
       nullptr},
      {"average_pool",
       "x[n,c,h,w] -> the mean of every window [n,c,h',w']",
       1,
       1,
       {size, stride},
       0,
       infer_pool,
       gradient_average_pool},
      {"average_pool_gradient",
       "dy[n,c,h',w'] -> dx[n,c,height,width]",
       1,
       1,
       {size, stride, integer("height"), integer("width")},
       0,
       infer_average_pool_gradient,
       nullptr},
  };
}

}  // namespace gramstack::rules
