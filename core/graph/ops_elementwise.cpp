#include "graph/rules.h"

namespace gramstack::rules {

namespace {

using Gradients = std::vector<Value>;
using GradientRule = Gradients (*)(const GradientInput&);

// --- one input
std::vector<TensorType> infer_unary(const InferInput& input) {
  real_type(input);
  return {input.inputs[0]};
}

Gradients gradient_negate(const GradientInput& in) { return {in.add("negate", {in.gradients[0]})}; }
Gradients gradient_exp(const GradientInput& in) { return {in.add("multiply", {in.gradients[0], in.outputs[0]})}; }
Gradients gradient_log(const GradientInput& in) { return {in.add("divide", {in.gradients[0], in.node.inputs[0]})}; }
Gradients gradient_sqrt(const GradientInput& in) {
  return {in.add("divide", {in.gradients[0], in.add("add", {in.outputs[0], in.outputs[0]})})};
}
Gradients gradient_square(const GradientInput& in) {
  const Value x = in.node.inputs[0];
  return {in.add("multiply", {in.gradients[0], in.add("add", {x, x})})};
}
Gradients gradient_relu(const GradientInput& in) { return {in.add("relu_gradient", {in.gradients[0], in.outputs[0]})}; }
Gradients gradient_tanh(const GradientInput& in) { return {in.add("tanh_gradient", {in.gradients[0], in.outputs[0]})}; }
Gradients gradient_sigmoid(const GradientInput& in) {
  return {in.add("sigmoid_gradient", {in.gradients[0], in.outputs[0]})};
}

// --- (dy, y) -> dx
std::vector<TensorType> infer_helper(const InferInput& input) {
  real_type(input);
  want_shape(input, 1, "y like dy", input.inputs[0].shape);
  return {input.inputs[0]};
}

// --- two inputs, broadcasting
std::vector<TensorType> infer_binary(const InferInput& input) {
  const DataType type = real_type(input);
  return {{type, broadcast_shapes(input.inputs[0].shape, input.inputs[1].shape)}};
}

Gradients reduced(const GradientInput& in, Value da, Value db) {
  const Shape a = in.shape(in.node.inputs[0]), b = in.shape(in.node.inputs[1]);
  return {reduce_to(in, da, a), reduce_to(in, db, b)};
}

Gradients gradient_add(const GradientInput& in) { return reduced(in, in.gradients[0], in.gradients[0]); }
Gradients gradient_subtract(const GradientInput& in) {
  const Shape a = in.shape(in.node.inputs[0]), b = in.shape(in.node.inputs[1]);
  return {reduce_to(in, in.gradients[0], a), in.add("negate", {reduce_to(in, in.gradients[0], b)})};
}
Gradients gradient_multiply(const GradientInput& in) {
  const Value da = in.add("multiply", {in.gradients[0], in.node.inputs[1]});
  return reduced(in, da, in.add("multiply", {in.gradients[0], in.node.inputs[0]}));
}
Gradients gradient_divide(const GradientInput& in) {
  const Value da = in.add("divide", {in.gradients[0], in.node.inputs[1]});
  return reduced(in, da, in.add("negate", {in.add("multiply", {da, in.outputs[0]})}));
}
Gradients gradient_maximum(const GradientInput& in) {
  const Value a_wins = in.add("greater", {in.node.inputs[0], in.node.inputs[1]});
  const Value da = in.add("multiply", {in.gradients[0], a_wins});
  return reduced(in, da, in.add("subtract", {in.gradients[0], da}));
}

Op unary(const char* name, const char* formula, GradientRule gradient) {
  return {name,    std::string("y = ") + formula + ", element by element", 1, 1, {}, trait_elementwise, infer_unary,
          gradient};
}
Op helper(const char* name, const char* formula) {
  return {name, std::string("(dy, y) -> ") + formula, 2, 2, {}, trait_elementwise, infer_helper, nullptr};
}
Op binary(const char* name, const char* formula, GradientRule gradient) {
  return {name,
          std::string("y = ") + formula + ", element by element, broadcasting",
          2,
          2,
          {},
          trait_elementwise,
          infer_binary,
          gradient};
}

}  // namespace

std::vector<Op> elementwise_ops() {
  return {
      unary("negate", "-x", gradient_negate),
      unary("exp", "e^x", gradient_exp),
      unary("log", "ln x", gradient_log),
      unary("sqrt", "sqrt(x)", gradient_sqrt),
      unary("square", "x^2", gradient_square),
      unary("relu", "max(x, 0)", gradient_relu),
      unary("tanh", "tanh x", gradient_tanh),
      unary("sigmoid", "1 / (1 + e^-x)", gradient_sigmoid),
      helper("relu_gradient", "dy where y > 0, else 0"),
      helper("tanh_gradient", "dy (1 - y^2)"),
      helper("sigmoid_gradient", "dy y (1 - y)"),
      binary("add", "a + b", gradient_add),
      binary("subtract", "a - b", gradient_subtract),
      binary("multiply", "a b", gradient_multiply),
      binary("divide", "a / b", gradient_divide),
      binary("maximum", "a where a > b, else b", gradient_maximum),
      binary("greater", "1 where a > b, else 0", nullptr),
  };
}

}  // namespace gramstack::rules
