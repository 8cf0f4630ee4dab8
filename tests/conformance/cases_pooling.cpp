#include <limits>

#include "cases.h"

namespace gramstack::conformance {
namespace {

struct Pooling {
  Shape x;
  std::int64_t size, stride, padding;
};

void add_max(Cases& cases) {
  const Pooling poolings[] = {{{1, 1, 1, 1}, 1, 1, 0},    {{1, 1, 2, 2}, 2, 2, 0}, {{2, 3, 4, 6}, 2, 2, 0},
                              {{2, 5, 5, 7}, 2, 2, 0},    {{2, 3, 7, 7}, 3, 2, 1}, {{1, 16, 8, 8}, 3, 2, 1},
                              {{2, 17, 5, 5}, 3, 1, 1},   {{1, 8, 6, 6}, 3, 1, 0}, {{2, 16, 9, 9}, 2, 1, 1},
                              {{2, 16, 14, 14}, 2, 2, 0}, {{1, 3, 9, 5}, 3, 3, 2}, {{2, 1, 6, 6}, 2, 4, 0}};
  for (const Pooling& p : poolings)
    cases.push_back(op_case("max_pool", {real(p.x)}, {{"size", p.size}, {"stride", p.stride}, {"padding", p.padding}}));
  const Attributes overlapping = {{"size", std::int64_t{2}}, {"stride", std::int64_t{1}}};
  Case ties =
      noted(op_case("max_pool", {given({1, 1, 3, 4}, {1, 1, 1, 0, 1, 1, 2, 2, 0, 0, 2, 2})}, overlapping), "ties");
  ties.smooth = false;
  cases.push_back(ties);
  Case negative = noted(op_case("max_pool", {given({1, 1, 2, 2}, {-3, -2, -4, -5})},
                                {{"size", std::int64_t{3}}, {"stride", std::int64_t{1}}, {"padding", std::int64_t{1}}}),
                        "padding below every negative number");
  cases.push_back(negative);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Case not_a_number = noted(op_case("max_pool", {given({1, 1, 2, 4}, {nan, 1, 2, 3, 4, 5, 6, nan})},
                                    {{"size", std::int64_t{2}}, {"stride", std::int64_t{2}}}),
                            "a NaN stays one");
  not_a_number.backward = false;
  not_a_number.build = [](CaseBuilder& builder) {
    const double value = std::numeric_limits<double>::quiet_NaN();
    builder.output(
        builder.builder().max_pool(builder.argument({1, 1, 2, 4}, {value, 1, 2, 3, 4, 5, 6, value}), {2, 2, 0}));
  };
  cases.push_back(not_a_number);
}

void add_average(Cases& cases) {
  const Pooling poolings[] = {{{1, 1, 1, 1}, 1, 1, 0},  {{2, 3, 4, 6}, 2, 2, 0},  {{2, 5, 5, 7}, 2, 2, 0},
                              {{1, 16, 4, 4}, 4, 4, 0}, {{2, 17, 4, 4}, 4, 4, 0}, {{2, 8, 7, 7}, 3, 1, 0},
                              {{2, 16, 7, 7}, 7, 1, 0}, {{1, 3, 9, 5}, 3, 2, 0},  {{2, 1, 6, 6}, 2, 4, 0}};
  for (const Pooling& p : poolings)
    cases.push_back(op_case("average_pool", {real(p.x)}, {{"size", p.size}, {"stride", p.stride}}));
}

}  // namespace

Cases pooling_cases() {
  Cases cases;
  add_max(cases);
  add_average(cases);
  return cases;
}

}  // namespace gramstack::conformance
