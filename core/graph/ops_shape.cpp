#include <fmt/format.h>

#include "graph/rules.h"

namespace gramstack::rules {

namespace {

using Gradients = std::vector<Value>;

/// `shape` with its one -1, if any, replaced by what is left of `count` elements.
Shape complete(Shape shape, std::int64_t count, const Shape& from) {
  const std::string wanted = fmt::format("a shape of {} elements for x {}", count, to_string(from));
  const std::string got = to_string(shape);
  std::int64_t* open = nullptr;
  std::int64_t known = 1;
  for (std::int64_t& extent : shape) {
    if (extent == -1 && !open)
      open = &extent;
    else if (extent < 1 || extent > count / known)
      fail(wanted, got);
    else
      known *= extent;
  }
  if (open) *open = count / known;
  if (elements(shape) != count) fail(wanted, got);
  return shape;
}

std::vector<TensorType> infer_reshape(const InferInput& input) {
  const TensorType& x = input.inputs[0];
  return {{x.type, complete(input.attributes.integers("shape"), x.elements(), x.shape)}};
}

Gradients gradient_reshape(const GradientInput& in) {
  return {in.add("reshape", {in.gradients[0]}, {{"shape", in.shape(in.node.inputs[0])}})};
}

std::vector<TensorType> infer_transpose(const InferInput& input) {
  real_type(input);
  want_rank(input, 0, 2, "x [a,b]");
  const Shape& x = input.inputs[0].shape;
  return {{input.inputs[0].type, {x[1], x[0]}}};
}

Gradients gradient_transpose(const GradientInput& in) { return {in.add("transpose", {in.gradients[0]})}; }

std::vector<TensorType> infer_broadcast(const InferInput& input) {
  real_type(input);
  const Shape& from = input.inputs[0].shape;
  const Shape& shape = input.attributes.integers("shape");
  want_extents(shape);
  if (from.size() > shape.size() || broadcast_shapes(from, shape) != shape)
    fail("a shape that x " + to_string(from) + " broadcasts to", to_string(shape));
  return {{input.inputs[0].type, shape}};
}

Gradients gradient_broadcast(const GradientInput& in) {
  return {reduce_to(in, in.gradients[0], Shape(in.shape(in.node.inputs[0])))};
}

}  // namespace

std::vector<Op> shape_ops() {
  return {
      {"reshape",
       "x -> the same elements as `shape`, one extent of which may be -1",
       1,
       1,
       {integers("shape")},
       trait_view,
       infer_reshape,
       gradient_reshape},
      {"transpose", "x[a,b] -> [b,a]", 1, 1, {}, 0, infer_transpose, gradient_transpose},
      {"broadcast",
       "x repeated along new axes and axes of extent 1 to `shape`",
       1,
       1,
       {integers("shape")},
       0,
       infer_broadcast,
       gradient_broadcast},
  };
}

}  // namespace gramstack::rules
