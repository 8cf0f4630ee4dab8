#include <fmt/format.h>

#include "graph/rules.h"

namespace gramstack::rules {

namespace {

using Gradients = std::vector<Value>;

std::vector<TensorType> infer_matmul(const InferInput& input) {
  const DataType type = real_type(input);
  want_rank(input, 0, 2, "matrices");
  want_rank(input, 1, 2, "matrices");
  const std::size_t ta = static_cast<std::size_t>(integer_within(input, "transpose_a", 0, 1));
  const std::size_t tb = static_cast<std::size_t>(integer_within(input, "transpose_b", 0, 1));
  const Shape &a = input.inputs[0].shape, &b = input.inputs[1].shape;
  if (a[1 - ta] != b[tb])
    fail(fmt::format("b {} for a {}{}",
                     tb ? fmt::format("[n,{}] (transposed)", a[1 - ta]) : fmt::format("[{},n]", a[1 - ta]),
                     to_string(a), ta ? " (transposed)" : ""),
         to_string(b));
  if (input.inputs.size() > 2) want_shape(input, 2, "bias", {b[1 - tb]});
  return {{type, {a[ta], b[1 - tb]}}};
}

Value product(const GradientInput& in, Value a, Value b, std::int64_t transpose_a, std::int64_t transpose_b) {
  return in.add("matmul", {a, b}, {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}});
}

Gradients gradient_matmul(const GradientInput& in) {
  const Value dy = in.gradients[0], a = in.node.inputs[0], b = in.node.inputs[1];
  const std::int64_t ta = in.node.attributes.integer("transpose_a"), tb = in.node.attributes.integer("transpose_b");
  Gradients result = {ta ? product(in, b, dy, tb, 1) : product(in, dy, b, 0, 1 - tb),
                      tb ? product(in, dy, a, 1, ta) : product(in, a, dy, 1 - ta, 0)};
  if (in.node.inputs.size() > 2) result.push_back(sum_to_channels(in, dy));
  return result;
}

std::vector<TensorType> infer_gram(const InferInput& input) {
  const DataType type = real_type(input);
  want_rank(input, 0, 2, "x [n,d]");
  const std::int64_t n = input.inputs[0].shape[0];
  return {{type, {n, n}}};
}

Gradients gradient_gram(const GradientInput& in) {
  const Value dy = in.gradients[0];
  const Value symmetric = in.add("add", {dy, in.add("transpose", {dy})});
  return {product(in, symmetric, in.node.inputs[0], 0, 0)};
}

std::int64_t products_matmul(const InferInput& in, const std::vector<TensorType>& outputs) {
  return outputs[0].elements() * (in.inputs[0].elements() / outputs[0].shape[0]);
}

std::int64_t products_gram(const InferInput& in, const std::vector<TensorType>& outputs) {
  const std::int64_t n = outputs[0].shape[0];
  return n * (n + 1) / 2 * in.inputs[0].shape[1];  // one triangle
}

}  // namespace

std::vector<Op> linear_ops() {
  return {
      {"matmul",
       "a[m,k], b[k,n] (, bias[n]) -> [m,n], a and b transposed first where told",
       2,
       3,
       {integer("transpose_a", 0), integer("transpose_b", 0)},
       0,
       infer_matmul,
       gradient_matmul,
       products_matmul},
      {"gram", "x[n,d] -> x x^T [n,n], exactly symmetric", 1, 1, {}, 0, infer_gram, gradient_gram, products_gram},
  };
}

}  // namespace gramstack::rules
