// Every differentiable op against central differences, at odd shapes and several settings.
#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "api/ops.h"
#include "support/gradient_check.h"

using namespace gramstack;
using test::check_gradients;
using test::GradientCheck;

namespace {

using Arguments = std::vector<Value>;
using Build = std::function<Value(Builder&, const Arguments&)>;

struct Case {
  std::string name;
  std::vector<Shape> shapes;
  Build build;
  double kink = 0;
};

/// A scalar in which every element of y has a weight of its own.
Value weighed(Builder& builder, Value y) {
  const Shape shape = builder.shape(y);
  return builder.sum(builder.multiply(y, builder.constant(shape, test::normal_values(elements(shape), 77))));
}

Value positive(Builder& builder, Value x) { return builder.add(builder.square(x), 0.5); }

std::vector<Case> unary_cases() {
  using Unary = Value (Builder::*)(Value);
  const auto plain = [](const char* name, Unary op, double kink = 0) {
    return Case{name, {{3, 5}}, [op](Builder& b, const Arguments& x) { return weighed(b, (b.*op)(x[0])); }, kink};
  };
  const auto above_zero = [](const char* name, Unary op) {
    return Case{
        name, {{3, 5}}, [op](Builder& b, const Arguments& x) { return weighed(b, (b.*op)(positive(b, x[0]))); }};
  };
  return {plain("negate", &Builder::negate),  plain("exp", &Builder::exp),        above_zero("log", &Builder::log),
          above_zero("sqrt", &Builder::sqrt), plain("square", &Builder::square),  plain("relu", &Builder::relu, 0.01),
          plain("tanh", &Builder::tanh),      plain("sigmoid", &Builder::sigmoid)};
}

std::vector<Case> binary_cases() {
  using Binary = Value (Builder::*)(Value, Value);
  const std::vector<std::pair<const char*, Binary>> ops = {{"add", &Builder::add},
                                                           {"subtract", &Builder::subtract},
                                                           {"multiply", &Builder::multiply},
                                                           {"divide", &Builder::divide},
                                                           {"maximum", &Builder::maximum}};
  const std::vector<std::vector<Shape>> shapes = {
      {{2, 3}, {2, 3}}, {{3}, {2, 3}}, {{2, 1, 3}, {4, 1}}, {{}, {2, 3}}, {{2, 3}, {}}, {{1, 1, 3}, {2, 1}}, {{1}, {}}};
  std::vector<Case> cases;
  for (const auto& [name, op] : ops)
    for (const std::vector<Shape>& pair : shapes)
      cases.push_back({std::string(name) + " " + to_string(pair[0]) + to_string(pair[1]), pair,
                       [op = op](Builder& b, const Arguments& x) {
                         return weighed(
                             b, (b.*op)(x[0], op == static_cast<Binary>(&Builder::divide) ? positive(b, x[1]) : x[1]));
                       }});
  cases.push_back({"x x", {{4}}, [](Builder& b, const Arguments& x) { return weighed(b, b.multiply(x[0], x[0])); }});
  return cases;
}

std::vector<Case> shape_cases() {
  std::vector<Case> cases = {
      {"reshape",
       {{2, 6}},
       [](Builder& b, const Arguments& x) {
         return weighed(b, b.reshape(x[0], {3, -1, 2}));
       }},
      {"reshape to a scalar", {{1, 1}}, [](Builder& b, const Arguments& x) { return b.reshape(x[0], {}); }},
      {"transpose", {{3, 5}}, [](Builder& b, const Arguments& x) { return weighed(b, b.transpose(x[0])); }}};
  const std::vector<std::pair<Shape, Shape>> broadcasts = {
      {{2, 1}, {3, 2, 4}}, {{}, {2, 3}}, {{1, 3}, {1, 3}}, {{1, 3, 1}, {5, 1, 3, 2}}, {{1}, {1, 1}}};
  for (const auto& [from, to] : broadcasts)
    cases.push_back({"broadcast " + to_string(from) + to_string(to), {from}, [to = to](Builder& b, const Arguments& x) {
                       return weighed(b, b.broadcast(x[0], to));
                     }});
  return cases;
}

std::vector<Case> reduction_cases() {
  std::vector<Case> cases;
  for (const Shape& axes : {Shape{}, Shape{0}, Shape{1}, Shape{2}, Shape{0, 2}, Shape{1, 2}, Shape{0, 1, 2}})
    for (bool keep : {false, true}) {
      const std::string settings = " axes " + to_string(axes) + (keep ? " kept" : "");
      cases.push_back({"sum" + settings, {{3, 2, 4}}, [axes, keep](Builder& b, const Arguments& x) {
                         return weighed(b, b.sum(x[0], axes, keep));
                       }});
      cases.push_back({"logsumexp" + settings, {{3, 2, 4}}, [axes, keep](Builder& b, const Arguments& x) {
                         return weighed(b, b.logsumexp(x[0], axes, keep));
                       }});
      cases.push_back({"mean" + settings, {{1, 2, 1}}, [axes, keep](Builder& b, const Arguments& x) {
                         return weighed(b, b.mean(x[0], axes, keep));
                       }});
    }
  return cases;
}

std::vector<Case> linear_cases() {
  std::vector<Case> cases;
  for (bool ta : {false, true})
    for (bool tb : {false, true})
      for (bool bias : {false, true}) {
        std::vector<Shape> shapes = {ta ? Shape{4, 3} : Shape{3, 4}, tb ? Shape{5, 4} : Shape{4, 5}};
        if (bias) shapes.push_back({5});
        cases.push_back({std::string("matmul") + (ta ? " a^T" : "") + (tb ? " b^T" : "") + (bias ? " bias" : ""),
                         shapes, [ta, tb](Builder& b, const Arguments& x) {
                           return weighed(b, b.matmul(x[0], x[1], ta, tb, x.size() > 2 ? x[2] : Value{}));
                         }});
      }
  for (const Shape& shape : {Shape{4, 3}, Shape{1, 3}, Shape{3, 1}})
    cases.push_back(
        {"gram " + to_string(shape), {shape}, [](Builder& b, const Arguments& x) { return weighed(b, b.gram(x[0])); }});
  return cases;
}

std::vector<Case> normalization_cases() {
  std::vector<Case> cases;
  for (const Shape& shape : {Shape{4, 3}, Shape{2, 3, 2}, Shape{1, 5}})
    cases.push_back({"unit_normalize " + to_string(shape), {shape}, [](Builder& b, const Arguments& x) {
                       return weighed(b, b.unit_normalize(x[0]));
                     }});
  for (double epsilon : {1e-5, 0.5})
    for (const Shape& shape : {Shape{5, 3}, Shape{3, 2, 3, 1}}) {
      const Shape c = {shape[1]};
      const std::string settings = " " + to_string(shape) + (epsilon > 0.1 ? " large epsilon" : "");
      cases.push_back({"batch_norm" + settings, {shape, c, c}, [epsilon](Builder& b, const Arguments& x) {
                         return weighed(b, b.batch_norm(x[0], x[1], x[2], epsilon).output);
                       }});
      cases.push_back({"batch_norm_inference" + settings, {shape, c, c}, [c, epsilon](Builder& b, const Arguments& x) {
                         const Value mean = b.state("mean", c, Initializer::normal(1));
                         const Value variance = b.state("variance", c, Initializer::constant(1.7));
                         return weighed(b, b.batch_norm_inference(x[0], x[1], x[2], mean, variance, epsilon));
                       }});
    }
  cases.push_back({"batch_norm_layer", {{4, 2}}, [](Builder& b, const Arguments& x) {
                     return weighed(b, b.batch_norm_layer("bn", x[0]));
                   }});
  return cases;
}

std::vector<Case> convolution_cases() {
  std::vector<Case> cases;
  for (const Window& window : {Window{3, 1, 1}, Window{3, 1, 0}, Window{3, 2, 1}, Window{3, 3, 2}, Window{1, 1, 0},
                               Window{1, 2, 0}, Window{2, 1, 3}, Window{4, 5, 0}, Window{5, 2, 2}})
    for (bool bias : {false, true}) {
      std::vector<Shape> shapes = {{2, 3, 5, 4}, {4, 3, window.size, window.size}};
      if (bias) shapes.push_back({4});
      cases.push_back({"conv2d size " + std::to_string(window.size) + " stride " + std::to_string(window.stride) +
                           " padding " + std::to_string(window.padding) + (bias ? " bias" : ""),
                       shapes, [window](Builder& b, const Arguments& x) {
                         return weighed(b, b.conv2d(x[0], x[1], window, x.size() > 2 ? x[2] : Value{}));
                       }});
    }
  return cases;
}

std::vector<Case> pooling_cases() {
  std::vector<Case> cases;
  for (const Window& window :
       {Window{2, 2, 0}, Window{3, 2, 1}, Window{3, 1, 2}, Window{2, 3, 0}, Window{1, 1, 0}, Window{5, 1, 1}}) {
    const std::string settings = " size " + std::to_string(window.size) + " stride " + std::to_string(window.stride);
    cases.push_back({"max_pool" + settings, {{2, 2, 7, 5}}, [window](Builder& b, const Arguments& x) {
                       return weighed(b, b.max_pool(x[0], window));
                     }});
    cases.push_back({"average_pool" + settings, {{2, 2, 7, 5}}, [window](Builder& b, const Arguments& x) {
                       return weighed(b, b.average_pool(x[0], {window.size, window.stride, 0}));
                     }});
  }
  return cases;
}

std::vector<Case> whole_cases() {
  const auto cross_entropy = [](Builder& b, const Arguments& x) {
    const Value labels = b.input("labels", {DataType::i32, {3}});  // zeros: all of class 0
    const Value scores = b.matmul(x[0], x[1], false, true);
    const Value right = b.sum(b.multiply(scores, b.one_hot(labels, 4)), {1});
    return b.mean(b.subtract(b.logsumexp(scores, {1}), right));
  };
  const auto convolutional = [](Builder& b, const Arguments& x) {
    const Value first = b.tanh(b.batch_norm_layer("bn", b.conv2d(x[0], x[1], {3, 1, 1})));
    const Value second = b.add(b.conv2d(first, x[2], {3, 1, 1}), first);  // residual: fan-out
    const Value k = b.gram(b.unit_normalize(b.flatten(b.average_pool(b.tanh(second), {2, 2, 0}))));
    const Value divisor = b.add(b.sum(b.exp(k)), 1.0);
    return b.divide(b.sum(b.square(k)), divisor);
  };
  return {{"cross entropy", {{3, 5}, {4, 5}}, cross_entropy},
          {"residual network", {{3, 2, 4, 4}, {2, 2, 3, 3}, {2, 2, 3, 3}}, convolutional}};
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (std::vector<Case> (*cases)() : {unary_cases, binary_cases, shape_cases, reduction_cases, linear_cases,
                                       normalization_cases, convolution_cases, pooling_cases, whole_cases})
    for (Case& one : cases()) all.push_back(std::move(one));
  return all;
}

void check_all(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    INFO(one.name);
    GradientCheck check;
    check.shapes = one.shapes;
    check.kink = one.kink;
    CHECK(check_gradients(check, one.build) == "");
  }
}

/// The ops of a case's forward graph.
void collect_ops(const Case& one, std::set<std::string>& ops) {
  Graph graph;
  Builder builder(graph, Mode::training, DataType::f64);
  Arguments arguments;
  for (std::size_t i = 0; i < one.shapes.size(); ++i)
    arguments.push_back(builder.weight("argument " + std::to_string(i), one.shapes[i], {}));
  one.build(builder, arguments);
  for (const Node& node : graph.nodes()) ops.insert(node.op->name);
}

}  // namespace

TEST_CASE("graph: gradients of unary ops") { check_all(unary_cases()); }
TEST_CASE("graph: gradients of binary ops, broadcasting") { check_all(binary_cases()); }
TEST_CASE("graph: gradients of shape ops") { check_all(shape_cases()); }
TEST_CASE("graph: gradients of reductions") { check_all(reduction_cases()); }
TEST_CASE("graph: gradients of linear algebra") { check_all(linear_cases()); }
TEST_CASE("graph: gradients of normalisations") { check_all(normalization_cases()); }
TEST_CASE("graph: gradients of convolutions") { check_all(convolution_cases()); }
TEST_CASE("graph: gradients of pooling") { check_all(pooling_cases()); }
TEST_CASE("graph: gradients of whole networks") { check_all(whole_cases()); }

TEST_CASE("graph: every differentiable op has a gradient case") {
  std::set<std::string> covered;
  for (const Case& one : all_cases()) collect_ops(one, covered);
  for (const Op& op : op_table())
    if (op.gradient) CHECK_MESSAGE(covered.count(op.name) == 1, op.name);
}
