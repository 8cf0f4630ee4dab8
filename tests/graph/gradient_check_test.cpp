// The checker itself: wrong gradients must be reported.
#include <doctest/doctest.h>

#include <limits>

#include "support/gradient_check.h"

using namespace gramstack;
using test::check_gradients;
using test::GradientCheck;

namespace {

using Arguments = std::vector<Value>;

Value product(Builder& builder, const Arguments& x) { return builder.sum(builder.multiply(x[0], x[1])); }
Value total(Builder& builder, const Arguments& x) { return builder.sum(x[0]); }

Arguments times(Graph& graph, const Arguments& slopes, double factor) {
  Builder builder(graph, Mode::training, DataType::f64);
  Arguments result;
  for (Value slope : slopes) result.push_back(builder.multiply(slope, factor));
  return result;
}

GradientCheck wrong(std::vector<Shape> shapes, Arguments (*differentiate)(Graph&, Value, const Arguments&)) {
  GradientCheck check;
  check.shapes = std::move(shapes);
  check.differentiate = differentiate;
  return check;
}

}  // namespace

TEST_CASE("graph: the gradient checker passes a right gradient") {
  GradientCheck check;
  check.shapes = {{2, 3}, {3}};
  CHECK(check_gradients(check, product) == "");
}

TEST_CASE("graph: the gradient checker reports a gradient of twice the size") {
  const GradientCheck check = wrong(
      {{2}}, [](Graph& graph, Value loss, const Arguments& x) { return times(graph, gradients(graph, loss, x), 2); });
  CHECK(check_gradients(check, total) ==
        "argument 0, element 0: gradient 2, central difference 1\n"
        "argument 0, element 1: gradient 2, central difference 1\n"
        "2 of 2 elements differ");
}

TEST_CASE("graph: the gradient checker reports an error of one percent, and cuts the list") {
  const GradientCheck check = wrong({{3, 3}}, [](Graph& graph, Value loss, const Arguments& x) {
    return times(graph, gradients(graph, loss, x), 1.01);
  });
  CHECK(check_gradients(check, total) ==
        "argument 0, element 0: gradient 1.01, central difference 1\n"
        "argument 0, element 1: gradient 1.01, central difference 1\n"
        "argument 0, element 2: gradient 1.01, central difference 1\n"
        "argument 0, element 3: gradient 1.01, central difference 1\n"
        "argument 0, element 4: gradient 1.01, central difference 1\n"
        "9 of 9 elements differ");
}

TEST_CASE("graph: the gradient checker reports exchanged arguments") {
  const GradientCheck check = wrong({{4}, {4}}, [](Graph& graph, Value loss, const Arguments& x) {
    const Arguments slopes = gradients(graph, loss, x);
    return Arguments{slopes[1], slopes[0]};
  });
  const std::string report = check_gradients(check, product);
  CHECK(report.find("argument 0, element 0: ") == 0);
  CHECK(report.find("8 of 8 elements differ") != std::string::npos);
}

TEST_CASE("graph: the gradient checker reports a gradient that misses one of two uses") {
  const auto twice = [](Builder& builder, const Arguments& x) {
    const Value second = builder.sum(builder.multiply(x[0], 3.0));
    return builder.add(builder.sum(x[0]), second);
  };
  const GradientCheck check = wrong({{2}}, [](Graph& graph, Value loss, const Arguments& x) {
    const Value first_use = graph.node(loss).inputs[0];
    return gradients(graph, first_use, x);
  });
  CHECK(check_gradients(check, twice) ==
        "argument 0, element 0: gradient 1, central difference 4\n"
        "argument 0, element 1: gradient 1, central difference 4\n"
        "2 of 2 elements differ");
}

TEST_CASE("graph: the gradient checker reports NaN") {
  const GradientCheck check = wrong({{1}}, [](Graph& graph, Value loss, const Arguments& x) {
    return times(graph, gradients(graph, loss, x), std::numeric_limits<double>::quiet_NaN());
  });
  CHECK(check_gradients(check, total) ==
        "argument 0, element 0: gradient nan, central difference 1\n"
        "1 of 1 elements differ");
}

TEST_CASE("graph: the gradient checker keeps its distance from kinks") {
  GradientCheck check;
  check.shapes = {{200}};
  check.step = 0.4;  // without the distance most elements would step over 0
  check.kink = 0.5;
  const auto kinked = [](Builder& builder, const Arguments& x) { return builder.sum(builder.relu(x[0])); };
  CHECK(check_gradients(check, kinked) == "");
  check.kink = 0;
  CHECK(check_gradients(check, kinked) != "");
}
