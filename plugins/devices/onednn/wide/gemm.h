// The inner product kernel: R rows by 16 columns in registers.
#pragma once

#include <cstdint>

#include "row.h"

namespace gramstack {
namespace {

/// Steps of one inner product where there are more: its 16 columns stay in the first-level cache.
constexpr std::int64_t kDepth = 256;

// Where product() finds its left factor: element of row i at step u of an unrolled group, and the way to the next
// group. Whatever is known when it is compiled is: steps and rows in registers of their own cost a tenth of the speed.

/// [steps / Width][group][Width], the rows Width apart: blocked channels of a row of tiles.
template <int Width>
struct BlockedSteps {
  static constexpr int kUnroll = Width, kRows = kMostRows;
  std::int64_t group;
  std::int64_t at(int u, int i) const { return u + i * Width; }
  std::int64_t next() const { return group; }
};

/// [steps][Width], the rows neighbours.
template <int Width>
struct PackedSteps {
  static constexpr int kUnroll = 1, kRows = kMostRows;
  std::int64_t at(int, int i) const { return i; }
  std::int64_t next() const { return Width; }
};

/// Rows of neighbouring steps, `row` apart: as many as there are registers for their addresses.
struct LongRows {
  static constexpr int kUnroll = 1, kRows = kMostRows < 8 ? kMostRows : 8;
  std::int64_t row;
  std::int64_t at(int, int i) const { return i * row; }
  std::int64_t next() const { return 1; }
};

/// c[i * c_row + 0..15] (+)= sum over steps s of a[s][i] * b[s][0..15], i < R. b is packed [steps][16] and aligned. The
/// walk's kUnroll divides steps. As many lines from `ahead` on are fetched as b has: what is to be multiplied next
/// comes from afar while this is multiplied.
template <int R, class Walk>
__attribute__((noinline)) void product(std::int64_t steps, const float* a, Walk walk, const float* b, float* c,
                                       std::int64_t c_row, bool accumulate, const float* ahead) {
  Row sums[R];
#pragma GCC unroll 24
  for (int i = 0; i < R; ++i) sums[i] = accumulate ? Row::load(c + i * c_row) : Row::zero();
#pragma GCC unroll 1
  for (std::int64_t s = 0; s < steps; s += Walk::kUnroll) {
#pragma GCC unroll 16
    for (int u = 0; u < Walk::kUnroll; ++u) {
      const Row right = Row::load(b + u * 16);
      __builtin_prefetch(ahead + u * 16);
#pragma GCC unroll 24
      for (int i = 0; i < R; ++i) sums[i].add_product(a + walk.at(u, i), right);
    }
    a += walk.next();
    b += Walk::kUnroll * 16;
    ahead += Walk::kUnroll * 16;
  }
#pragma GCC unroll 24
  for (int i = 0; i < R; ++i) sums[i].store(c + i * c_row);
}

/// product() of `rows` <= Walk::kRows rows.
template <class Walk, int R = Walk::kRows>
void product_of(std::int64_t rows, std::int64_t steps, const float* a, Walk walk, const float* b, float* c,
                std::int64_t c_row, bool accumulate, const float* ahead) {
  if (rows == R) return product<R>(steps, a, walk, b, c, c_row, accumulate, ahead);
  if constexpr (R > 1) product_of<Walk, R - 1>(rows, steps, a, walk, b, c, c_row, accumulate, ahead);
}

}  // namespace
}  // namespace gramstack
