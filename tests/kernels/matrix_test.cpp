// Products of matrices against sums in f64.
#include "wide.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "aligned.h"
#include "support/evaluate.h"

using namespace gramstack;
using matrix::Operand;
using matrix::Product;
using test::Aligned;

namespace {

Aligned random_matrix(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
  Aligned made(static_cast<std::size_t>(rows * columns));
  const std::vector<double> values = test::normal_values(rows * columns, seed);
  for (std::size_t i = 0; i < values.size(); ++i) made.data()[i] = static_cast<float>(values[i]);
  return made;
}

double element(const Operand& o, std::int64_t row, std::int64_t column) {
  return static_cast<double>(o.transpose ? o.data[column * o.stride + row] : o.data[row * o.stride + column]);
}

struct Sizes {
  std::int64_t m, n, k;
};

/// A product of random matrices whose rows are two elements longer than they need be.
struct Case {
  Aligned a, b, bias;
  Product product;

  Case(const Sizes& s, bool ta, bool tb, bool with_bias)
      : a(random_matrix(ta ? s.k : s.m, (ta ? s.m : s.k) + 2, 1)),
        b(random_matrix(tb ? s.n : s.k, (tb ? s.k : s.n) + 2, 2)),
        bias(random_matrix(1, s.n, 3)),
        product{s.m,
                s.n,
                s.k,
                {a.data(), (ta ? s.m : s.k) + 2, ta},
                {b.data(), (tb ? s.k : s.n) + 2, tb},
                with_bias ? bias.data() : nullptr} {}

  /// Rows of the result are one element longer; that one stays as it was.
  std::vector<float> run(const wide::Kernels& set, int threads) const {
    Aligned out(static_cast<std::size_t>(product.m * (product.n + 1)));
    Aligned workspace(set.matrix.workspace_size(product, threads));
    for (std::int64_t i = 0; i < product.m; ++i) out.data()[i * (product.n + 1) + product.n] = 5;
    set.matrix.multiply(product, out.data(), product.n + 1, workspace.data(), threads);
    return out.values();
  }

  double worst_difference(const std::vector<float>& got) const {
    double worst = 0;
    for (std::int64_t i = 0; i < product.m; ++i)
      for (std::int64_t j = 0; j < product.n; ++j) {
        double sum = product.bias ? static_cast<double>(product.bias[j]) : 0;
        for (std::int64_t k = 0; k < product.k; ++k) sum += element(product.a, i, k) * element(product.b, k, j);
        const double found = static_cast<double>(got[static_cast<std::size_t>(i * (product.n + 1) + j)]);
        worst = std::max(worst, std::abs(found - sum) / std::sqrt(static_cast<double>(product.k)));
      }
    return worst;
  }
};

constexpr Sizes kSizes[] = {{1, 1, 1},      {1, 16, 8},    {6, 16, 8},    {7, 17, 9},    {5, 3, 300},
                            {16, 6, 257},   {50, 70, 13},  {13, 50, 520}, {128, 10, 64}, {10, 128, 64},
                            {100, 200, 31}, {49, 65, 256}, {3, 400, 40},  {60, 150, 260}};

template <class Check>
void for_each_case(const Check& check) {
  for (const Sizes& s : kSizes)
    for (const bool ta : {false, true})
      for (const bool tb : {false, true})
        for (const bool bias : {false, true}) {
          CAPTURE(s.m);
          CAPTURE(s.n);
          CAPTURE(s.k);
          CAPTURE(ta);
          CAPTURE(tb);
          CAPTURE(bias);
          check(Case(s, ta, tb, bias));
        }
}

}  // namespace

TEST_CASE("matrix: products of all sizes and transpositions, with and without a bias, within their rows") {
  for_each_case([](const Case& c) {
    for (const wide::Kernels* set : wide::available()) {
      CAPTURE(set->instruction_set);
      const std::vector<float> got = c.run(*set, 2);
      CHECK(c.worst_difference(got) < 4e-6);
      for (std::int64_t i = 0; i < c.product.m; ++i)
        CHECK(got[static_cast<std::size_t>(i * (c.product.n + 1) + c.product.n)] == 5);
    }
  });
}

TEST_CASE("matrix: bits depend neither on the number of threads nor on the instruction set") {
  for_each_case([](const Case& c) {
    const std::vector<float> first = c.run(*wide::available().front(), 1);
    for (const wide::Kernels* set : wide::available())
      for (const int threads : {1, 2, 3}) {
        CAPTURE(set->instruction_set);
        CAPTURE(threads);
        CHECK(c.run(*set, threads) == first);
      }
  });
}

TEST_CASE("matrix: the product of a matrix with its own transpose is exactly symmetric") {
  const Aligned x = random_matrix(75, 300, 1);
  const Product product{75, 75, 300, {x.data(), 300, false}, {x.data(), 300, true}, nullptr};
  for (const wide::Kernels* set : wide::available()) {
    CAPTURE(set->instruction_set);
    Aligned out(75 * 75), workspace(set->matrix.workspace_size(product, 2));
    set->matrix.multiply(product, out.data(), 75, workspace.data(), 2);
    for (int i = 0; i < 75; ++i)
      for (int j = 0; j < i; ++j) CHECK(out.data()[i * 75 + j] == out.data()[j * 75 + i]);
  }
}
