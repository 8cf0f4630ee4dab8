#include "cases.h"

namespace gramstack::conformance {
namespace {

using Axes = std::vector<std::int64_t>;

void add_reshapes(Cases& cases) {
  cases.push_back(op_case("reshape", {real({2, 3, 4})}, {{"shape", Axes{6, 4}}}));
  cases.push_back(op_case("reshape", {real({2, 3, 4})}, {{"shape", Axes{-1}}}));
  cases.push_back(op_case("reshape", {real({3, 17, 2, 2})}, {{"shape", Axes{3, -1}}}));
  cases.push_back(op_case("reshape", {real({2, 16, 3, 3})}, {{"shape", Axes{2, 144}}}));
  cases.push_back(op_case("reshape", {real({1})}, {{"shape", Axes{}}}));
  cases.push_back(op_case("reshape", {real({5})}, {{"shape", Axes{1, 5, 1, 1}}}));
  for (const Shape& shape : {Shape{1, 5}, Shape{5, 1}, Shape{1, 1}, Shape{3, 17}, Shape{16, 16}, Shape{33, 8}})
    cases.push_back(op_case("transpose", {real(shape)}));
}

void add_broadcasts(Cases& cases) {
  cases.push_back(op_case("broadcast", {real({})}, {{"shape", Axes{3, 4}}}));
  cases.push_back(op_case("broadcast", {real({1, 5})}, {{"shape", Axes{3, 5}}}));
  cases.push_back(op_case("broadcast", {real({3, 1})}, {{"shape", Axes{3, 5}}}));
  cases.push_back(op_case("broadcast", {real({5})}, {{"shape", Axes{2, 3, 5}}}));
  cases.push_back(op_case("broadcast", {real({17, 1, 1})}, {{"shape", Axes{2, 17, 3, 4}}}));
  cases.push_back(op_case("broadcast", {real({2, 3})}, {{"shape", Axes{2, 3}}}));
}

struct Reduction {
  Shape shape;
  Axes axes;
};

void add_reductions(Cases& cases) {
  const std::vector<Reduction> reductions = {{{}, {}},
                                             {{7}, {}},
                                             {{7}, {0}},
                                             {{3, 5}, {}},
                                             {{3, 5}, {0}},
                                             {{3, 5}, {1}},
                                             {{1, 17}, {1}},
                                             {{17, 1}, {1}},
                                             {{3, 5}, {0, 1}},
                                             {{2, 3, 4, 5}, {0, 2, 3}},
                                             {{2, 3, 4, 5}, {1}},
                                             {{2, 3, 4, 5}, {2, 3}},
                                             {{2, 16, 3, 3}, {0, 2, 3}},
                                             {{2, 3, 4, 5}, {}},
                                             {{2, 3, 4, 5}, {0, 3}}};
  for (const char* op : {"sum", "logsumexp"})
    for (const Reduction& reduction : reductions)
      for (const std::int64_t keep : {0, 1})
        cases.push_back(op_case(op, {real(reduction.shape)}, {{"axes", reduction.axes}, {"keep", keep}}));
  cases.push_back(op_case("sum", {real({16, 33, 9, 9})}, {{"axes", Axes{0, 2, 3}}}));
  cases.push_back(
      noted(op_case("logsumexp", {given({2, 3}, {1000, 999, 990, -1000, -1001, -1000.5})}, {{"axes", Axes{1}}}),
            "far beyond the range of exp"));
}

Case constants(const std::string& name, const Shape& shape, const std::vector<double>& values) {
  Case made;
  made.name = name;
  made.build = [shape, values](CaseBuilder& builder) {
    const Value c = builder.builder().constant(shape, values);
    builder.output(c);
    builder.result(builder.builder().multiply(builder.argument({2, 3}), c));
  };
  return made;
}

}  // namespace

Cases shape_cases() {
  Cases cases;
  add_reshapes(cases);
  add_broadcasts(cases);
  add_reductions(cases);
  cases.push_back(constants("constant [2,3] of one value", {2, 3}, {0.75}));
  cases.push_back(constants("constant [2,3] of six values", {2, 3}, {1, -2, 0.1, 1e-9, 5, 6}));
  cases.push_back(constants("constant [3] of three values", {3}, {0.5, -1.5, 3}));
  cases.push_back(constants("constant scalar", {}, {-4}));
  return cases;
}

}  // namespace gramstack::conformance
