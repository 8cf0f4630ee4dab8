#include <fmt/format.h>

#include <cmath>

#include "graph/rules.h"

namespace gramstack::rules {

namespace {

using Gradients = std::vector<Value>;

// --- unit_normalize
void want_rows(const InferInput& input, std::size_t i, const std::string& what) {
  const Shape& x = input.inputs.at(i).shape;
  if (x.size() < 2) fail(what + " [n,...]", to_string(x));
}

std::vector<TensorType> infer_unit_normalize(const InferInput& input) {
  const DataType type = real_type(input);
  want_rows(input, 0, "x");
  return {input.inputs[0], {type, {input.inputs[0].shape[0]}}};
}

Gradients gradient_unit_normalize(const GradientInput& in) {
  want_first_only(in, "norm");
  return {in.add("unit_normalize_gradient", {in.gradients[0], in.outputs[0], in.outputs[1]})};
}

std::vector<TensorType> infer_unit_normalize_gradient(const InferInput& input) {
  real_type(input);
  want_rows(input, 0, "dy");
  want_shape(input, 1, "y like dy", input.inputs[0].shape);
  want_shape(input, 2, "norm", {input.inputs[0].shape[0]});
  return {input.inputs[0]};
}

// --- batch_norm
std::int64_t channels(const InferInput& input, std::size_t i, const std::string& what) {
  const Shape& x = input.inputs.at(i).shape;
  if (x.size() != 2 && x.size() != 4) fail(what + " [n,c] or [n,c,h,w]", to_string(x));
  return x[1];
}

void want_epsilon(const InferInput& input) {
  const double epsilon = input.attributes.real("epsilon");
  if (!(epsilon > 0) || !std::isfinite(epsilon)) fail("a finite epsilon above 0", fmt::format("{}", epsilon));
}

std::vector<TensorType> infer_batch_norm(const InferInput& input) {
  const DataType type = real_type(input);
  const Shape vector = {channels(input, 0, "x")};
  want_shape(input, 1, "scale", vector);
  want_shape(input, 2, "shift", vector);
  want_epsilon(input);
  return {input.inputs[0], {type, vector}, {type, vector}};
}

Gradients gradient_batch_norm(const GradientInput& in) {
  want_first_only(in, "batch statistics");
  const Value first = in.add("batch_norm_gradient",
                             {in.gradients[0], in.node.inputs[0], in.node.inputs[1], in.outputs[1], in.outputs[2]},
                             {{"epsilon", in.node.attributes.real("epsilon")}});
  return {first, {first.node, 1}, {first.node, 2}};
}

std::vector<TensorType> infer_batch_norm_gradient(const InferInput& input) {
  const DataType type = real_type(input);
  const Shape vector = {channels(input, 1, "x")};
  want_shape(input, 0, "dy like x", input.inputs[1].shape);
  want_shape(input, 2, "scale", vector);
  want_shape(input, 3, "mean", vector);
  want_shape(input, 4, "variance", vector);
  want_epsilon(input);
  return {input.inputs[1], {type, vector}, {type, vector}};
}

std::vector<TensorType> infer_batch_norm_inference(const InferInput& input) {
  real_type(input);
  const Shape vector = {channels(input, 0, "x")};
  want_shape(input, 1, "scale", vector);
  want_shape(input, 2, "shift", vector);
  want_shape(input, 3, "mean", vector);
  want_shape(input, 4, "variance", vector);
  want_epsilon(input);
  return {input.inputs[0]};
}

/// A vector [c] as it broadcasts with x.
Value along_channels(const GradientInput& in, Value vector, bool image) {
  return image ? in.add("reshape", {vector}, {{"shape", Shape{1, -1, 1, 1}}}) : vector;
}

Gradients gradient_batch_norm_inference(const GradientInput& in) {
  const Value dy = in.gradients[0], x = in.node.inputs[0], scale = in.node.inputs[1];
  const Value mean = in.node.inputs[3], variance = in.node.inputs[4];
  const bool image = in.shape(x).size() == 4;
  const Value epsilon = scalar(in, in.node.attributes.real("epsilon"));
  const Value deviation = in.add("sqrt", {in.add("add", {variance, epsilon})});
  const Value factor = along_channels(in, in.add("divide", {scale, deviation}), image);
  const Value centered = in.add("subtract", {x, along_channels(in, mean, image)});
  const Value normalized = in.add("divide", {centered, along_channels(in, deviation, image)});
  return {in.add("multiply", {dy, factor}), sum_to_channels(in, in.add("multiply", {dy, normalized})),
          sum_to_channels(in, dy), Value{}, Value{}};
}

}  // namespace

std::vector<Op> normalization_ops() {
  const AttributeRule epsilon = real("epsilon", 1e-5);
  return {
      {"unit_normalize",
       "x[n,...] -> y = x / norm by row, norm[n]; rows of norm below 1e-12 become 0",
       1,
       1,
       {},
       0,
       infer_unit_normalize,
       gradient_unit_normalize},
      {"unit_normalize_gradient",
       "dy, y, norm[n] -> dx = (dy - y <y,dy>) / norm by row, 0 where norm is below 1e-12",
       3,
       3,
       {},
       0,
       infer_unit_normalize_gradient,
       nullptr},
      {"batch_norm",
       "x[n,c] or [n,c,h,w], scale[c], shift[c] -> y, mean[c], variance[c] (biased)",
       3,
       3,
       {epsilon},
       0,
       infer_batch_norm,
       gradient_batch_norm},
      {"batch_norm_gradient",
       "dy, x, scale[c], mean[c], variance[c] -> dx, dscale[c], dshift[c]",
       5,
       5,
       {epsilon},
       0,
       infer_batch_norm_gradient,
       nullptr},
      {"batch_norm_inference",
       "x, scale[c], shift[c], mean[c], variance[c] -> scale (x - mean) / sqrt(variance + epsilon) + shift",
       5,
       5,
       {epsilon},
       0,
       infer_batch_norm_inference,
       gradient_batch_norm_inference},
  };
}

}  // namespace gramstack::rules
