#include <limits>

#include "cases.h"

namespace gramstack::conformance {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Case kinked(Case subject, const std::string& note) {
  subject.smooth = false;
  return noted(std::move(subject), note);
}

Case forward_only(Case subject, const std::string& note) {
  Case made = noted(std::move(subject), note);
  made.backward = false;
  return made;
}

void add_unary(Cases& cases) {
  const std::vector<Shape> shapes = {{}, {1}, {5}, {3, 17}, {1, 16}, {2, 3, 5, 7}, {1031}};
  for (const char* op : {"negate", "exp", "square", "relu", "tanh", "sigmoid"})
    for (const Shape& shape : shapes) cases.push_back(op_case(op, {real(shape)}));
  for (const char* op : {"log", "sqrt"})
    for (const Shape& shape : shapes) cases.push_back(op_case(op, {real(shape, positive)}));
  cases.push_back(kinked(op_case("relu", {given({5}, {-1, -0.0, 0, 1e-30, 2})}), "at and around zero"));
  cases.push_back(op_case("sigmoid", {given({4}, {-88, -20, 20, 88})}));
  cases.push_back(noted(op_case("tanh", {given({4}, {-50, -1e-4, 1e-4, 50})}), "flat ends and small values"));
  cases.back().tolerance.noise = 1e-12;
  cases.push_back(forward_only(op_case("exp", {given({4}, {-200, -80, 80, 200})}), "to zero and infinity"));
}

void add_not_finite(Cases& cases) {
  for (const char* op : {"negate", "exp", "square", "relu", "tanh", "sigmoid", "sqrt"})
    cases.push_back(forward_only(op_case(op, {given({3}, {1, kNan, 2})}), "a NaN stays one"));
  cases.push_back(forward_only(op_case("relu", {given({3}, {-kInfinity, kInfinity, 2})}), "infinities"));
  cases.push_back(forward_only(op_case("maximum", {given({4}, {kNan, 1, kNan, 3}), given({4}, {1, kNan, kNan, 2})}),
                               "a NaN stays one"));
}

void add_binary(Cases& cases) {
  const std::vector<std::pair<Shape, Shape>> shapes = {{{}, {}},
                                                       {{5}, {5}},
                                                       {{3, 17}, {3, 17}},
                                                       {{2, 3, 5, 7}, {2, 3, 5, 7}},
                                                       {{3, 5}, {5}},
                                                       {{5}, {3, 5}},
                                                       {{3, 1}, {1, 5}},
                                                       {{1, 5}, {3, 1}},
                                                       {{4, 3}, {}},
                                                       {{}, {4, 3}},
                                                       {{2, 3, 4, 5}, {1, 3, 1, 1}},
                                                       {{1, 3, 1, 1}, {2, 3, 4, 5}},
                                                       {{3, 1}, {3, 5}},
                                                       {{2, 1, 4, 1}, {3, 1, 5}},
                                                       {{16, 16}, {16, 1}},
                                                       {{1, 1}, {1, 1}},
                                                       {{8, 16, 5, 5}, {1, 16, 1, 1}},
                                                       {{2, 17, 3, 3}, {17, 1, 1}}};
  for (const auto& [a, b] : shapes) {
    for (const char* op : {"add", "subtract", "multiply", "maximum", "greater"})
      cases.push_back(op_case(op, {real(a), real(b)}));
    cases.push_back(op_case("divide", {real(a), real(b, positive)}));
  }
  cases.push_back(kinked(op_case("maximum", {given({4}, {1, 2, 0, -0.0}), given({4}, {1, 1, -0.0, 0})}), "ties"));
  cases.push_back(noted(op_case("greater", {given({4}, {1, 2, 0, -0.0}), given({4}, {1, 1, -0.0, 0})}), "ties"));
}

/// The same value on both sides, and a value used by several nodes: their gradients add up.
void add_shared(Cases& cases) {
  Case shared;
  shared.name = "one value used four times";
  shared.build = [](CaseBuilder& builder) {
    Builder& b = builder.builder();
    const Value x = builder.argument({3, 5});
    const Value square = b.multiply(x, x);
    const Value rest = b.subtract(x, square);
    builder.result(b.add(b.add(square, b.tanh(x)), rest));
    builder.result(x);
  };
  cases.push_back(std::move(shared));
}

}  // namespace

Cases elementwise_cases() {
  Cases cases;
  add_unary(cases);
  add_not_finite(cases);
  add_binary(cases);
  add_shared(cases);
  return cases;
}

}  // namespace gramstack::conformance
