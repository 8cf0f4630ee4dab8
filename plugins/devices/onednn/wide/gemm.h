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
template <int Width, int Far = 0>
struct BlockedSteps {
  static constexpr int kUnroll = Width, kRows = kMostRows, kFar = Far;
  static constexpr bool kFetches = true;
  std::int64_t group;
  std::int64_t at(int u, int i) const { return u + i * Width; }
  std::int64_t next() const { return group; }
};

/// [steps][Width], the rows neighbours.
template <int Width, int Far = 0>
struct PackedSteps {
  static constexpr int kUnroll = 1 + Far, kRows = std::min(kMostRows, Width), kFar = Far;
  static constexpr bool kFetches = false;
  std::int64_t at(int u, int i) const { return u * Width + i; }
  std::int64_t next() const { return kUnroll * Width; }
};

/// Rows of neighbouring steps, `row` apart: as many as there are registers for their addresses.
struct LongRows {
  static constexpr int kUnroll = 1, kRows = std::min(kMostRows, 8), kFar = 0;
  static constexpr bool kFetches = false;
  std::int64_t row;
  std::int64_t at(int, int i) const { return i * row; }
  std::int64_t next() const { return 1; }
};

/// Panels that a walk's rows are multiplied with at a time: the sums of eight rows with one panel do not keep two
/// multipliers busy.
template <class Walk>
constexpr int kPanels = 2 * Walk::kRows <= kMostRows ? 2 : 1;

/// What rows are multiplied with: panels [steps][16], aligned, at most kPanels of them.
struct Panels {
  const float* first;
  std::int64_t count = 1, apart = 0;
  const float* ahead = nullptr;  ///< what is multiplied next, for walks that fetch: as many lines as a panel has
  const float* far = nullptr;    ///< what is wanted later, for walks with kFar: so many lines an unrolled group
};

// Where a product's sums are kept. What stride they have is known when it is compiled, if that is 16.
struct Sums {
  float* data;
  std::int64_t stride;
  float* at(std::int64_t i, std::int64_t p) const { return data + i * stride + p * 16; }
};
struct OnePanelSums {
  float* data;
  float* at(std::int64_t i, std::int64_t) const { return data + i * 16; }
};

/// Where sums go: back to their place, or past the caches into two planes of eight channels, [pixels][8] each.
struct Keep {
  void operator()(const Row& sums, float* place, int) const { sums.store(place); }
};
struct Stream {
  float *first, *second;
  void operator()(const Row& sums, float*, int i) const { sums.stream(first + i * 8, second + i * 8); }
};

/// c[i][16 p + 0..15] (+)= sum over steps s of a[s][i] * b[p][s][0..15], i < R, p < P, or to where `put` puts it. The
/// walk's kUnroll divides steps. Fetching what is multiplied next pays where it comes from afar.
template <int R, int P, class Walk, class C, class Put>
__attribute__((noinline)) void product(std::int64_t steps, const float* a, Walk walk, const float* b, C c,
                                       bool accumulate, [[maybe_unused]] std::int64_t b_panel,
                                       [[maybe_unused]] const float* ahead, [[maybe_unused]] const float* far,
                                       Put put) {
  Row sums[R][P];
#pragma GCC unroll 24
  for (int i = 0; i < R; ++i)
#pragma GCC unroll 2
    for (int p = 0; p < P; ++p) sums[i][p] = accumulate ? Row::load(c.at(i, p)) : Row::zero();
#pragma GCC unroll 1
  for (std::int64_t s = 0; s < steps; s += Walk::kUnroll) {
#pragma GCC unroll 16
    for (int u = 0; u < Walk::kUnroll; ++u) {
      Row right[P];
#pragma GCC unroll 2
      for (int p = 0; p < P; ++p) right[p] = Row::load(b + p * b_panel + u * 16);
      if constexpr (Walk::kFetches) __builtin_prefetch(ahead + u * 16);
      if (u < Walk::kFar) __builtin_prefetch(far + u * 16, 0, 2);
#pragma GCC unroll 24
      for (int i = 0; i < R; ++i)
#pragma GCC unroll 2
        for (int p = 0; p < P; ++p) sums[i][p].add_product(a + walk.at(u, i), right[p]);
    }
    a += walk.next();
    b += Walk::kUnroll * 16;
    if constexpr (Walk::kFetches) ahead += Walk::kUnroll * 16;
    if constexpr (Walk::kFar > 0) far += Walk::kFar * 16;
  }
#pragma GCC unroll 24
  for (int i = 0; i < R; ++i)
#pragma GCC unroll 2
    for (int p = 0; p < P; ++p) put(sums[i][p], c.at(i, p), i);
}

/// product() of `rows` <= Walk::kRows rows.
template <class Walk, class C, class Put = Keep, int R = Walk::kRows, int P = kPanels<Walk>>
void product_of(std::int64_t rows, std::int64_t steps, const float* a, Walk walk, const Panels& b, C c, bool accumulate,
                Put put = {}) {
  if constexpr (P > 1)
    if (b.count < P) return product_of<Walk, C, Put, R, P - 1>(rows, steps, a, walk, b, c, accumulate, put);
  if (rows == R) return product<R, P>(steps, a, walk, b.first, c, accumulate, b.apart, b.ahead, b.far, put);
  if constexpr (R > 1) product_of<Walk, C, Put, R - 1, P>(rows, steps, a, walk, b, c, accumulate, put);
}

}  // namespace
}  // namespace gramstack
