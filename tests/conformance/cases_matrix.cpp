#include "cases.h"

namespace gramstack::conformance {
namespace {

struct Product {
  std::int64_t m, k, n;
};

void add_products(Cases& cases) {
  const std::vector<Product> products = {{1, 1, 1},   {1, 5, 3},   {5, 1, 3},   {3, 5, 1},
                                         {7, 17, 16}, {16, 8, 17}, {33, 65, 10}};
  for (const Product& p : products)
    for (const std::int64_t ta : {0, 1})
      for (const std::int64_t tb : {0, 1}) {
        const Attributes attributes = {{"transpose_a", ta}, {"transpose_b", tb}};
        const Operand a = real(ta ? Shape{p.k, p.m} : Shape{p.m, p.k});
        const Operand b = real(tb ? Shape{p.n, p.k} : Shape{p.k, p.n});
        cases.push_back(op_case("matmul", {a, b}, attributes));
        cases.push_back(op_case("matmul", {a, b, real({p.n})}, attributes));
      }
  cases.push_back(op_case("matmul", {real({128, 300}), real({300, 84}), real({84})}));
}

Case square_of_one_matrix() {
  Case made;
  made.name = "matmul of one matrix with itself, transposed";
  made.build = [](CaseBuilder& builder) {
    const Value x = builder.argument({5, 7});
    builder.result(builder.builder().matmul(x, x, false, true));
  };
  return made;
}

void add_unit_rows(Cases& cases) {
  for (const Shape& shape : {Shape{1, 7}, Shape{3, 4}, Shape{17, 33}, Shape{2, 3, 4, 4}})
    cases.push_back(op_case("unit_normalize", {real(shape)}));
  for (const Shape& shape : {Shape{1, 1}, Shape{5, 1}}) {  // rows of one element become 1 or -1
    cases.push_back(op_case("unit_normalize", {real(shape)}));
    cases.back().flat = true;
    cases.back().tolerance.noise = 1e-6;
  }
  Case zero = noted(op_case("unit_normalize", {given({3, 2}, {3, 4, 0, 0, -1e-3, 1e-3})}), "a row of zeros");
  zero.smooth = false;
  cases.push_back(zero);
  cases.push_back(
      noted(op_case("unit_normalize", {given({2, 3}, {1e-9, 2e-9, -1e-9, 1e9, 2e9, 1e9})}), "extreme rows"));
  cases.back().smooth = false;
}

}  // namespace

Cases matrix_cases() {
  Cases cases;
  add_products(cases);
  cases.push_back(square_of_one_matrix());
  for (const Shape& shape : {Shape{1, 4}, Shape{4, 1}, Shape{5, 3}, Shape{16, 16}, Shape{17, 33}, Shape{64, 130}})
    cases.push_back(op_case("gram", {real(shape)}));
  add_unit_rows(cases);
  return cases;
}

}  // namespace gramstack::conformance
