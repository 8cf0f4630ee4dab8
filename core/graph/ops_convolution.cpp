#include <fmt/format.h>

#include "graph/rules.h"

namespace gramstack::rules {

namespace {

using Gradients = std::vector<Value>;

std::vector<TensorType> infer_conv2d(const InferInput& input) {
  const DataType type = real_type(input);
  want_rank(input, 0, 4, "x [n,c,h,w]");
  const Shape &x = input.inputs[0].shape, &w = input.inputs[1].shape;
  if (w.size() != 4 || w[1] != x[1] || w[2] != w[3])
    fail(fmt::format("weights [k,{},r,r] for x {}", x[1], to_string(x)), to_string(w));
  if (input.inputs.size() > 2) want_shape(input, 2, "bias", {w[0]});
  WindowRule window = window_of(input);
  window.size = w[2];
  const Shape y = window_shape(x, window);
  return {{type, {y[0], w[0], y[2], y[3]}}};
}

Gradients gradient_conv2d(const GradientInput& in) {
  const Value dy = in.gradients[0], x = in.node.inputs[0], w = in.node.inputs[1];
  const Shape from = in.shape(x);
  const std::int64_t stride = in.node.attributes.integer("stride"), padding = in.node.attributes.integer("padding");
  Gradients result = {
      in.add("conv2d_data_gradient", {dy, w},
             {{"stride", stride}, {"padding", padding}, {"height", from[2]}, {"width", from[3]}}),
      in.add("conv2d_weight_gradient", {x, dy}, {{"stride", stride}, {"padding", padding}, {"size", in.shape(w)[2]}})};
  if (in.node.inputs.size() > 2) result.push_back(sum_to_channels(in, dy));
  return result;
}

std::vector<TensorType> infer_data_gradient(const InferInput& input) {
  const DataType type = real_type(input);
  want_rank(input, 0, 4, "dy [n,k,h',w']");
  const Shape &dy = input.inputs[0].shape, &w = input.inputs[1].shape;
  if (w.size() != 4 || w[0] != dy[1] || w[2] != w[3])
    fail(fmt::format("weights [{},c,r,r] for dy {}", dy[1], to_string(dy)), to_string(w));
  const Shape x = {dy[0], w[1], input.attributes.integer("height"), input.attributes.integer("width")};
  want_extents(x);
  WindowRule window = window_of(input);
  window.size = w[2];
  const Shape y = window_shape(x, window);
  want_shape(input, 0, "dy", {y[0], w[0], y[2], y[3]});
  return {{type, x}};
}

std::vector<TensorType> infer_weight_gradient(const InferInput& input) {
  const DataType type = real_type(input);
  want_rank(input, 0, 4, "x [n,c,h,w]");
  want_rank(input, 1, 4, "dy [n,k,h',w']");
  const Shape &x = input.inputs[0].shape, &dy = input.inputs[1].shape;
  const WindowRule window = window_of(input);
  const Shape y = window_shape(x, window);
  want_shape(input, 1, "dy", {y[0], dy[1], y[2], y[3]});
  return {{type, {dy[1], x[1], window.size, window.size}}};
}

// One for every output element, input channel and tap.
std::int64_t products_forward(const InferInput& in, const std::vector<TensorType>& outputs) {
  const Shape& w = in.inputs[1].shape;
  return outputs[0].elements() * w[1] * w[2] * w[3];
}

std::int64_t products_data_gradient(const InferInput& in, const std::vector<TensorType>&) {
  const Shape& w = in.inputs[1].shape;
  return in.inputs[0].elements() * w[1] * w[2] * w[3];
}

std::int64_t products_weight_gradient(const InferInput& in, const std::vector<TensorType>& outputs) {
  const Shape& w = outputs[0].shape;
  return in.inputs[1].elements() * w[1] * w[2] * w[3];
}

}  // namespace

std::vector<Op> convolution_ops() {
  const AttributeRule stride = integer("stride", 1), padding = integer("padding", 0);
  return {
      {"conv2d",
       "x[n,c,h,w], weights[k,c,r,r] (, bias[k]) -> [n,k,h',w'], h' = (h + 2 padding - r) / stride + 1",
       2,
       3,
       {stride, padding},
       0,
       infer_conv2d,
       gradient_conv2d,
       products_forward},
      {"conv2d_data_gradient",
       "dy[n,k,h',w'], weights[k,c,r,r] -> dx[n,c,height,width]",
       2,
       2,
       {stride, padding, integer("height"), integer("width")},
       0,
       infer_data_gradient,
       nullptr,
       products_data_gradient},
      {"conv2d_weight_gradient",
       "x[n,c,h,w], dy[n,k,h',w'] -> dweights[k,c,size,size]",
       2,
       2,
       {stride, padding, integer("size")},
       0,
       infer_weight_gradient,
       nullptr,
       products_weight_gradient},
  };
}

}  // namespace gramstack::rules
