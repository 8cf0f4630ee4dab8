#include "api/builder.h"

#include <fmt/format.h>

#include "api/error.h"
#include "api/ops.h"
#include "graph/check.h"

namespace gramstack {

namespace {

using Integers = std::vector<std::int64_t>;

std::int64_t precision_of(DataType real) { return real == DataType::f64 ? 64 : 32; }

std::vector<Value> with_bias(Value a, Value b, Value bias) {
  return bias ? std::vector<Value>{a, b, bias} : std::vector<Value>{a, b};
}

}  // namespace

Builder::Scope::Scope(Builder& builder, std::string_view name) : builder_(builder), length_(builder.scope_.size()) {
  builder_.scope_.append(name).append("/");
}

Value Builder::node(std::string_view op, std::vector<Value> inputs, const Attributes& attributes) {
  return graph_.add(op, std::move(inputs), attributes, scope_name());
}

std::string Builder::scope_name() const { return scope_.substr(0, scope_.empty() ? 0 : scope_.size() - 1); }

// --- sources
Value Builder::weight(std::string_view name, Shape shape, Initializer initializer, Treatment treatment) {
  return graph_.add_parameter(scoped(name), {real_, std::move(shape)}, Role::weight, initializer, treatment);
}
Value Builder::state(std::string_view name, Shape shape, Initializer initializer) {
  return graph_.add_parameter(scoped(name), {real_, std::move(shape)}, Role::state, initializer);
}
Value Builder::slot(std::string_view name, Shape shape, double fill) {
  return graph_.add_parameter(scoped(name), {real_, std::move(shape)}, Role::slot, Initializer::constant(fill));
}
Value Builder::constant(double value) { return constant(Shape{}, {value}); }
Value Builder::constant(Shape shape, std::vector<double> values) {
  return node("constant", {},
              {{"shape", std::move(shape)}, {"values", std::move(values)}, {"precision", precision_of(real_)}});
}

// --- elementwise
Value Builder::negate(Value x) { return node("negate", {x}); }
Value Builder::exp(Value x) { return node("exp", {x}); }
Value Builder::log(Value x) { return node("log", {x}); }
Value Builder::sqrt(Value x) { return node("sqrt", {x}); }
Value Builder::square(Value x) { return node("square", {x}); }
Value Builder::relu(Value x) { return node("relu", {x}); }
Value Builder::tanh(Value x) { return node("tanh", {x}); }
Value Builder::sigmoid(Value x) { return node("sigmoid", {x}); }
Value Builder::add(Value a, Value b) { return node("add", {a, b}); }
Value Builder::subtract(Value a, Value b) { return node("subtract", {a, b}); }
Value Builder::multiply(Value a, Value b) { return node("multiply", {a, b}); }
Value Builder::divide(Value a, Value b) { return node("divide", {a, b}); }
Value Builder::maximum(Value a, Value b) { return node("maximum", {a, b}); }
Value Builder::greater(Value a, Value b) { return node("greater", {a, b}); }

// --- shape
Value Builder::reshape(Value x, Shape shape) { return node("reshape", {x}, {{"shape", std::move(shape)}}); }
Value Builder::flatten(Value x) {
  const Shape& from = shape(x);
  if (from.size() == 2) return x;
  return reshape(x, from.empty() ? Shape{1, 1} : Shape{from[0], elements(from) / from[0]});
}
Value Builder::transpose(Value x) { return node("transpose", {x}); }
Value Builder::broadcast(Value x, Shape shape) { return node("broadcast", {x}, {{"shape", std::move(shape)}}); }

// --- reductions
Value Builder::sum(Value x, Integers axes, bool keep) {
  return node("sum", {x}, {{"axes", std::move(axes)}, {"keep", std::int64_t{keep}}});
}
Value Builder::mean(Value x, Integers axes, bool keep) {
  const Value total = sum(x, std::move(axes), keep);
  const double count = static_cast<double>(elements(shape(x))) / static_cast<double>(elements(shape(total)));
  return multiply(total, 1.0 / count);
}
Value Builder::logsumexp(Value x, Integers axes, bool keep) {
  return node("logsumexp", {x}, {{"axes", std::move(axes)}, {"keep", std::int64_t{keep}}});
}

// --- linear algebra
Value Builder::matmul(Value a, Value b, bool transpose_a, bool transpose_b, Value bias) {
  return node("matmul", with_bias(a, b, bias),
              {{"transpose_a", std::int64_t{transpose_a}}, {"transpose_b", std::int64_t{transpose_b}}});
}
Value Builder::gram(Value x) { return node("gram", {x}); }
Value Builder::gram_operand(Value value) const {
  const Node& node = graph_.node(value);
  return node.op->name == "gram" ? node.inputs[0] : Value();
}
Value Builder::unit_normalize(Value x) { return node("unit_normalize", {x}); }

// --- images
Value Builder::conv2d(Value x, Value weights, Window window, Value bias) {
  return node("conv2d", with_bias(x, weights, bias), {{"stride", window.stride}, {"padding", window.padding}});
}
Value Builder::max_pool(Value x, Window window) {
  return node("max_pool", {x}, {{"size", window.size}, {"stride", window.stride}, {"padding", window.padding}});
}
Value Builder::average_pool(Value x, Window window) {
  if (window.padding != 0)
    throw Error(ExitCode::configuration, fmt::format("{} wants padding 0, got {}",
                                                     place_of(*find_op("average_pool"), scope_name()), window.padding));
  return node("average_pool", {x}, {{"size", window.size}, {"stride", window.stride}});
}
Normalized Builder::batch_norm(Value x, Value scale, Value shift, double epsilon) {
  const Value y = node("batch_norm", {x, scale, shift}, {{"epsilon", epsilon}});
  return {y, {y.node, 1}, {y.node, 2}};
}
Value Builder::batch_norm_inference(Value x, Value scale, Value shift, Value mean, Value variance, double epsilon) {
  return node("batch_norm_inference", {x, scale, shift, mean, variance}, {{"epsilon", epsilon}});
}

// --- data
Value Builder::gather(Value table, Value rows) { return node("gather", {table, rows}); }
Value Builder::crop_flip(Value images, Value offsets, std::int64_t padding) {
  return node("crop_flip", {images, offsets}, {{"padding", padding}});
}
Value Builder::normalize_images(Value images, std::vector<double> mean, std::vector<double> deviation) {
  return node("normalize_images", {images},
              {{"mean", std::move(mean)}, {"deviation", std::move(deviation)}, {"precision", precision_of(real_)}});
}
Value Builder::one_hot(Value labels, std::int64_t classes) {
  return node("one_hot", {labels}, {{"classes", classes}, {"precision", precision_of(real_)}});
}
PairMasks Builder::pair_masks(Value labels) {
  const Value same = node("pair_masks", {labels}, {{"precision", precision_of(real_)}});
  return {same, {same.node, 1}, {same.node, 2}};
}

}  // namespace gramstack
