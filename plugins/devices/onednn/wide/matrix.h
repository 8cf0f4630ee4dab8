// Products of matrices, fp32: a few rows by sixteen columns in registers. Every element is summed in one fixed order,
// so that bits depend neither on the number of threads, nor on where the element stands, nor on the instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gramstack::matrix {

/// Row-major, possibly to be read transposed.
struct Operand {
  const float* data;
  std::int64_t stride;  ///< elements from one row to the next
  bool transpose;
};

/// c[m,n] = a b + bias, where a is [m,k] and b [k,n] after their transpositions.
struct Product {
  std::int64_t m, n, k;
  Operand a, b;
  const float* bias;  ///< [n], added to every row; nullptr: none
};

struct Kernels {
  /// Floats of 64-byte aligned scratch.
  std::size_t (*workspace_size)(const Product& product, int threads);

  /// `c`: rows `stride` floats apart.
  void (*multiply)(const Product& product, float* c, std::int64_t stride, float* workspace, int threads);
};

}  // namespace gramstack::matrix
