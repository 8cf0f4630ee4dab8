// The inner product kernel: R rows by 16 columns in registers.
#pragma once

#include <cstdint>

#include "vector.h"

namespace gramstack {
namespace {

// Where product() finds its left factor: element of row i at step u of an unrolled group, and the way to the next
// group. Whatever is known when it is compiled is: steps and rows in registers of their own cost a tenth of the speed.

/// [steps / 8][group][8], the rows 8 apart: blocked channels of a row of tiles or pixels.
template <int Row>
struct BlockedSteps {
  static constexpr int kUnroll = 8;
  std::int64_t group;
  std::int64_t at(int u, int i) const { return u + i * Row; }
  std::int64_t next() const { return group; }
};

/// [steps][Width], the rows neighbours.
template <int Width>
struct PackedSteps {
  static constexpr int kUnroll = 1;
  std::int64_t at(int, int i) const { return i; }
  std::int64_t next() const { return Width; }
};

/// Rows of neighbouring steps, `row` apart.
struct LongRows {
  static constexpr int kUnroll = 1;
  std::int64_t row;
  std::int64_t at(int, int i) const { return i * row; }
  std::int64_t next() const { return 1; }
};

/// c[i * c_row + 0..15] (+)= sum over steps s of a[s][i] * b[s][0..15], i < R. b is packed [steps][16] and aligned. The
/// walk's kUnroll divides steps. The empty asm after each pair of products keeps g++ 12 from hoisting loads over the
/// accumulators and spilling them, which costs two thirds of the speed.
template <int R, class Walk>
__attribute__((noinline)) void product(std::int64_t steps, const float* a, Walk walk, const float* b, float* c,
                                       std::int64_t c_row, bool accumulate) {
  Vector sum[R][2];
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
    sum[i][0] = accumulate ? _mm256_loadu_ps(c + i * c_row) : zero();
    sum[i][1] = accumulate ? _mm256_loadu_ps(c + i * c_row + 8) : zero();
  }
#pragma GCC unroll 1
  for (std::int64_t s = 0; s < steps; s += Walk::kUnroll) {
#pragma GCC unroll 8
    for (int u = 0; u < Walk::kUnroll; ++u) {
      const Vector left = load(b + u * 16), right = load(b + u * 16 + 8);
#pragma GCC unroll 8
      for (int i = 0; i < R; ++i) {
        const Vector x = _mm256_broadcast_ss(a + walk.at(u, i));
        sum[i][0] = multiply_add(x, left, sum[i][0]);
        sum[i][1] = multiply_add(x, right, sum[i][1]);
        asm("" : "+x"(sum[i][0]), "+x"(sum[i][1]));
      }
    }
    a += walk.next();
    b += Walk::kUnroll * 16;
  }
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
    _mm256_storeu_ps(c + i * c_row, sum[i][0]);
    _mm256_storeu_ps(c + i * c_row + 8, sum[i][1]);
  }
}

/// product() of `rows` <= 6 rows.
template <class Walk>
void product_of(std::int64_t rows, std::int64_t steps, const float* a, Walk walk, const float* b, float* c,
                std::int64_t c_row, bool accumulate) {
  switch (rows) {
    case 6:
      return product<6>(steps, a, walk, b, c, c_row, accumulate);
    case 5:
      return product<5>(steps, a, walk, b, c, c_row, accumulate);
    case 4:
      return product<4>(steps, a, walk, b, c, c_row, accumulate);
    case 3:
      return product<3>(steps, a, walk, b, c, c_row, accumulate);
    case 2:
      return product<2>(steps, a, walk, b, c, c_row, accumulate);
    case 1:
      return product<1>(steps, a, walk, b, c, c_row, accumulate);
    default:
      return;
  }
}

}  // namespace
}  // namespace gramstack
