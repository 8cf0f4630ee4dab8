// The inner product kernel: R rows by 16 columns in registers.
#pragma once

#include <cstdint>

#include "vector.h"

namespace gramstack {
namespace {

/// c[i][0..15] (+)= sum over steps s of a[s][i] * b[s][0..15], i < R, where a[s][i] = a[s / Unroll * group + s % Unroll
/// * step + i * row]. b is packed [steps][16]; c has rows of 16. Unroll divides steps. The empty asm after each pair of
/// products keeps g++ 12 from hoisting loads over the accumulators and spilling them, which costs two thirds of the
/// speed.
template <int R, int Unroll>
__attribute__((noinline)) void product(std::int64_t steps, const float* a, std::int64_t row, std::int64_t step,
                                       std::int64_t group, const float* b, float* c, bool accumulate) {
  Vector sum[R][2];
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
    sum[i][0] = accumulate ? load(c + i * 16) : zero();
    sum[i][1] = accumulate ? load(c + i * 16 + 8) : zero();
  }
#pragma GCC unroll 1
  for (std::int64_t s = 0; s < steps; s += Unroll) {
#pragma GCC unroll 8
    for (int u = 0; u < Unroll; ++u) {
      const Vector left = load(b + u * 16), right = load(b + u * 16 + 8);
#pragma GCC unroll 8
      for (int i = 0; i < R; ++i) {
        const Vector x = _mm256_broadcast_ss(a + u * step + i * row);
        sum[i][0] = multiply_add(x, left, sum[i][0]);
        sum[i][1] = multiply_add(x, right, sum[i][1]);
        asm("" : "+x"(sum[i][0]), "+x"(sum[i][1]));
      }
    }
    a += group;
    b += Unroll * 16;
  }
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
    store(c + i * 16, sum[i][0]);
    store(c + i * 16 + 8, sum[i][1]);
  }
}

}  // namespace
}  // namespace gramstack
