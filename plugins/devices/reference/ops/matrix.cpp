#include <cmath>

#include "ops/ops.h"

namespace gramstack::reference {
namespace {

constexpr double kSmallestNorm = 1e-12;

void matmul(const Call& call) {
  const Tensor& a = call.input(0);
  const Tensor& b = call.input(1);
  Tensor& y = call.output();
  const bool transpose_a = call.integer("transpose_a") != 0;
  const bool transpose_b = call.integer("transpose_b") != 0;
  const std::int64_t inner = a.extent(transpose_a ? 0 : 1);
  for (std::int64_t row = 0; row < y.extent(0); ++row)
    for (std::int64_t column = 0; column < y.extent(1); ++column) {
      double total = call.inputs.size() == 3 ? call.input(2)[column] : 0;
      for (std::int64_t i = 0; i < inner; ++i)
        total += a[transpose_a ? at(a.shape(), i, row) : at(a.shape(), row, i)] *
                 b[transpose_b ? at(b.shape(), column, i) : at(b.shape(), i, column)];
      y[at(y.shape(), row, column)] = total;
    }
}

void gram(const Call& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.output();
  for (std::int64_t row = 0; row < x.extent(0); ++row)
    for (std::int64_t column = 0; column < x.extent(0); ++column) {
      double total = 0;
      for (std::int64_t i = 0; i < x.extent(1); ++i) total += x[at(x.shape(), row, i)] * x[at(x.shape(), column, i)];
      y[at(y.shape(), row, column)] = total;
    }
}

/// The inner product of row `row` of two tensors of one shape, seen as matrices with `columns` columns.
double row_product(const Tensor& a, const Tensor& b, std::int64_t row, std::int64_t columns) {
  double total = 0;
  for (std::int64_t i = row * columns; i < (row + 1) * columns; ++i) total += a[i] * b[i];
  return total;
}

void unit_normalize(const Call& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.output(0);
  const std::int64_t rows = x.extent(0);
  const std::int64_t columns = x.size() / rows;
  for (std::int64_t row = 0; row < rows; ++row) {
    const double norm = std::sqrt(row_product(x, x, row, columns));
    call.output(1)[row] = norm;
    for (std::int64_t i = row * columns; i < (row + 1) * columns; ++i) y[i] = norm < kSmallestNorm ? 0 : x[i] / norm;
  }
}

void unit_normalize_gradient(const Call& call) {
  const Tensor& dy = call.input(0);
  const Tensor& y = call.input(1);
  const Tensor& norm = call.input(2);
  Tensor& dx = call.output();
  const std::int64_t rows = y.extent(0);
  const std::int64_t columns = y.size() / rows;
  for (std::int64_t row = 0; row < rows; ++row) {
    const double along = row_product(dy, y, row, columns);
    for (std::int64_t i = row * columns; i < (row + 1) * columns; ++i)
      dx[i] = norm[row] < kSmallestNorm ? 0 : (dy[i] - y[i] * along) / norm[row];
  }
}

constexpr OpEntry kOps[] = {{"matmul", matmul},
                            {"gram", gram},
                            {"unit_normalize", unit_normalize},
                            {"unit_normalize_gradient", unit_normalize_gradient}};

}  // namespace

std::span<const OpEntry> matrix_ops() { return kOps; }

}  // namespace gramstack::reference
