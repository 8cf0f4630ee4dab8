// The inner product kernel: some rows by one or two panels of 16 columns in registers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "row.h"

namespace gramstack {
namespace {

/// Steps of one inner product where there are more: its 16 columns stay in the first-level cache.
constexpr std::int64_t kDepth = 256;

// Where product() finds its left factor: element of row i at step u of an unrolled group, and the way to the next
// group. Whatever is known when it is compiled is: steps and rows in registers of their own cost a tenth of the speed.

/// [steps / Width][group][Width], the rows Width apart: blocked channels of a row of tiles. Many rows share panels that
/// come from afar.
template <int Width>
struct BlockedSteps {
  static constexpr int kUnroll = Width, kRows = kMostRows;
  static constexpr bool kFetches = true;
  std::int64_t group;
  std::int64_t at(int u, int i) const { return u + i * Width; }
  std::int64_t next() const { return group; }
};

/// [steps][Width], the rows neighbours.
template <int Width>
struct PackedSteps {
  static constexpr int kUnroll = 1, kRows = std::min(kMostRows, Width);
  static constexpr bool kFetches = false;
  std::int64_t at(int, int i) const { return i; }
  std::int64_t next() const { return Width; }
};

/// Rows of neighbouring steps, `row` apart: as many as there are registers for their addresses.
struct LongRows {
  static constexpr int kUnroll = 1, kRows = std::min(kMostRows, 8);
  static constexpr bool kFetches = false;
  std::int64_t row;
  std::int64_t at(int, int i) const { return i * row; }
  std::int64_t next() const { return 1; }
};

/// Panels that a walk's rows are multiplied with at a time: the sums of eight rows with one panel do not keep two
/// multipliers busy.
template <class Walk>
constexpr int kPanels = 2 * Walk::kRows <= kMostRows ? 2 : 1;

/// c[i * c_row + 16 p + 0..15] (+)= sum over steps s of a[s][i] * b[p][s][0..15], i < R, p < P. Panels of b are packed
/// [steps][16], aligned, and `b_panel` apart. The walk's kUnroll divides steps. A walk that fetches brings as many
/// lines from `ahead` on as b has: what is to be multiplied next comes while this is multiplied. To others it is a
/// loss.
template <int R, int P, class Walk>
__attribute__((noinline)) void product(std::int64_t steps, const float* a, Walk walk, const float* b, float* c,
                                       std::int64_t c_row, bool accumulate, [[maybe_unused]] const float* ahead,
                                       [[maybe_unused]] std::int64_t b_panel) {
  Row sums[R][P];
#pragma GCC unroll 24
  for (int i = 0; i < R; ++i)
#pragma GCC unroll 2
    for (int p = 0; p < P; ++p) sums[i][p] = accumulate ? Row::load(c + i * c_row + p * 16) : Row::zero();
#pragma GCC unroll 1
  for (std::int64_t s = 0; s < steps; s += Walk::kUnroll) {
#pragma GCC unroll 16
    for (int u = 0; u < Walk::kUnroll; ++u) {
      Row right[P];
#pragma GCC unroll 2
      for (int p = 0; p < P; ++p) right[p] = Row::load(b + p * b_panel + u * 16);
      if constexpr (Walk::kFetches) __builtin_prefetch(ahead + u * 16);
#pragma GCC unroll 24
      for (int i = 0; i < R; ++i)
#pragma GCC unroll 2
        for (int p = 0; p < P; ++p) sums[i][p].add_product(a + walk.at(u, i), right[p]);
    }
    a += walk.next();
    b += Walk::kUnroll * 16;
    if constexpr (Walk::kFetches) ahead += Walk::kUnroll * 16;
  }
#pragma GCC unroll 24
  for (int i = 0; i < R; ++i)
#pragma GCC unroll 2
    for (int p = 0; p < P; ++p) sums[i][p].store(c + i * c_row + p * 16);
}

/// What rows are multiplied with: panels as product() wants them, at most kPanels of them.
struct Panels {
  const float* first;
  std::int64_t count = 1, apart = 0;
  const float* ahead = nullptr;  ///< for walks that fetch
};

/// product() of `rows` <= Walk::kRows rows.
template <class Walk, int R = Walk::kRows, int P = kPanels<Walk>>
void product_of(std::int64_t rows, std::int64_t steps, const float* a, Walk walk, const Panels& b, float* c,
                std::int64_t c_row, bool accumulate) {
  if constexpr (P > 1)
    if (b.count < P) return product_of<Walk, R, P - 1>(rows, steps, a, walk, b, c, c_row, accumulate);
  if (rows == R) return product<R, P>(steps, a, walk, b.first, c, c_row, accumulate, b.ahead, b.apart);
  if constexpr (R > 1) product_of<Walk, R - 1, P>(rows, steps, a, walk, b, c, c_row, accumulate);
}

}  // namespace
}  // namespace gramstack
