// What gradients() appends: nodes, not numbers. gradient_test.cpp has the numbers.
#include <doctest/doctest.h>

#include "api/builder.h"
#include "message.h"

using namespace gramstack;
using test::message_of;

namespace {

struct Fixture {
  Graph graph;
  Builder builder{graph, Mode::training};

  Value weight(const std::string& name, Shape shape) { return builder.weight(name, std::move(shape), {}); }

  /// The text of the live gradient nodes alone, with the gradients as outputs d0, d1, ...
  std::string gradient_text(Value loss, const std::vector<Value>& wrt) {
    graph.add_output("loss", loss);
    const std::size_t before = to_text(without_dead_nodes(graph)).find("output loss");
    const std::vector<Value> slopes = gradients(graph, loss, wrt);
    for (std::size_t i = 0; i < slopes.size(); ++i) graph.add_output("d" + std::to_string(i), slopes[i]);
    return to_text(without_dead_nodes(graph)).substr(before);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "graph: fan-out is summed") {
  const Value w = weight("w", {});
  const Value y = builder.tanh(w);
  CHECK(gradient_text(builder.multiply(y, builder.add(y, builder.exp(y))), {w}) ==
        // %0 w, %1 tanh, %2 exp, %3 add, %4 multiply
        "%5 = constant(1) : f32[]\n"
        "%6 = multiply(%5, %3) : f32[]\n"
        "%7 = multiply(%5, %1) : f32[]\n"
        "%8 = add(%6, %7) : f32[]\n"
        "%9 = multiply(%7, %2) : f32[]\n"
        "%10 = add(%8, %9) : f32[]\n"
        "%11 = tanh_gradient(%10, %1) : f32[]\n"
        "output loss = %4\n"
        "output d0 = %11\n");
}

TEST_CASE_FIXTURE(Fixture, "graph: a value used twice by one node gets both gradients") {
  const Value w = weight("w", {});
  CHECK(gradient_text(builder.subtract(w, w), {w}) ==
        "%2 = constant(1) : f32[]\n"
        "%3 = negate(%2) : f32[]\n"
        "%4 = add(%2, %3) : f32[]  # w\n"
        "output loss = %1\n"
        "output d0 = %4\n");
}

TEST_CASE_FIXTURE(Fixture, "graph: gradients of broadcast operands are summed back") {
  const Value bias = weight("bias", {3}), column = weight("column", {2, 1}), corner = weight("corner", {1, 1, 3});
  const Value y = builder.add(builder.add(bias, column), corner);
  CHECK(gradient_text(builder.sum(y), {bias, column, corner}) ==
        // %3 [2,3], %4 [1,2,3], %5 the loss
        "%6 = constant(1) : f32[]\n"
        "%7 = broadcast(%6) shape=[1,2,3] : f32[1,2,3]\n"
        "%8 = reshape(%7) shape=[2,3] : f32[2,3]\n"
        "%9 = sum(%7) axes=[1] keep=1 : f32[1,1,3]\n"
        "%10 = sum(%8) axes=[0] keep=0 : f32[3]\n"
        "%11 = sum(%8) axes=[1] keep=1 : f32[2,1]\n"
        "output loss = %5\n"
        "output d0 = %10\n"
        "output d1 = %11\n"
        "output d2 = %9\n");
}

TEST_CASE_FIXTURE(Fixture, "graph: a wrt that the loss does not depend on gets zeros") {
  const Value w = weight("w", {2, 3}), other = weight("other", {4});
  CHECK(gradient_text(builder.sum(w), {other, w}) ==
        "%3 = constant(1) : f32[]\n"
        "%4 = broadcast(%3) shape=[2,3] : f32[2,3]\n"
        "%5 = constant(0) : f32[4]  # other\n"
        "output loss = %2\n"
        "output d0 = %5\n"
        "output d1 = %4\n");
}

TEST_CASE_FIXTURE(Fixture, "graph: a loss that depends on no wrt at all gives zeros of the right precision") {
  const Value w = graph.add_parameter("w", {DataType::f64, {2}}, Role::weight, {});
  CHECK(gradient_text(builder.constant(3), {w}) ==
        "%2 = constant(0) : f64[2]  # w\n"
        "output loss = %1\n"
        "output d0 = %2\n");
}

TEST_CASE_FIXTURE(Fixture, "graph: the gradient of the loss itself is one") {
  const Value w = weight("w", {});
  CHECK(gradient_text(w, {w}) == "%1 = constant(1) : f32[]  # w\noutput loss = %0\noutput d0 = %1\n");
}

TEST_CASE_FIXTURE(Fixture, "graph: nodes without a path to a wrt are skipped") {
  const Value w = weight("w", {2}), x = builder.input("x", {DataType::f32, {2}});
  const Value mask = builder.greater(x, builder.constant(0));  // not differentiable, and need not be
  const std::string text = gradient_text(builder.sum(builder.multiply(builder.multiply(w, builder.exp(x)), mask)), {w});
  CHECK(text ==
        // %2 the zero, %3 greater, %4 exp, %5 and %6 the products, %7 the loss
        "%8 = constant(1) : f32[]\n"
        "%9 = broadcast(%8) shape=[2] : f32[2]\n"
        "%10 = multiply(%9, %3) : f32[2]\n"
        "%11 = multiply(%10, %4) : f32[2]\n"
        "output loss = %7\n"
        "output d0 = %11\n");
}

TEST_CASE_FIXTURE(Fixture, "graph: a wrt may be an intermediate value, and what is below it is not differentiated") {
  const Value w = weight("w", {});
  const Value step = builder.greater(w, builder.constant(0));  // not differentiable
  CHECK(gradient_text(builder.exp(step), {step}) ==
        "%4 = constant(1) : f32[]\n"
        "%5 = multiply(%4, %3) : f32[]\n"
        "output loss = %3\n"
        "output d0 = %5\n");
}

TEST_CASE_FIXTURE(Fixture, "graph: an op without a gradient on the path is named") {
  const Value w = weight("w", {2});
  const Builder::Scope scope = builder.scope("features/margin");
  const Value loss = builder.sum(builder.greater(w, builder.constant(0)));
  CHECK(message_of([&] { gradients(graph, loss, {w}); }) ==
        "features/margin: greater is not differentiable, and the gradient of the loss passes through it");
}

TEST_CASE_FIXTURE(Fixture, "graph: an output or input without a gradient on the path is named") {
  const Value x = weight("x", {4, 2}), scale = weight("scale", {2}), statistic = weight("statistic", {2});
  const Normalized normalized = builder.batch_norm(x, scale, scale, 1e-5);
  CHECK(message_of([&] { gradients(graph, builder.sum(normalized.mean), {x}); }) ==
        "batch_norm has a gradient for its first output only; the loss depends on its batch statistics");
  const Value norm = {builder.unit_normalize(x).node, 1};
  CHECK(message_of([&] { gradients(graph, builder.sum(norm), {x}); }) ==
        "unit_normalize has a gradient for its first output only; the loss depends on its norm");
  const Value y = builder.batch_norm_inference(x, scale, scale, statistic, statistic, 1e-5);
  CHECK(message_of([&] { gradients(graph, builder.sum(y), {statistic}); }) ==
        "batch_norm_inference has no gradient for its input 3");
}

TEST_CASE_FIXTURE(Fixture, "graph: gradients are of a real scalar with respect to real values") {
  const Value w = weight("w", {2}), labels = builder.input("labels", {DataType::i32, {2}});
  CHECK(message_of([&] { gradients(graph, w, {w}); }) == "gradients are taken of a real scalar, got f32[2]");
  CHECK(message_of([&] { gradients(graph, builder.sum(w), {labels}); }) ==
        "gradients are taken with respect to real values, got i32[2]");
}
