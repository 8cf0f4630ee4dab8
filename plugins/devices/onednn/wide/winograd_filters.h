// Which taps of a 3x3 filter a small filter of the transformed problem is made of.
#pragma once

#include "winograd.h"

namespace gramstack::winograd {
namespace {

/// In one dimension, tap `i` of the filter that reads phase `phase` (0 even, 1 odd) of the source; -1: a zero.
/// Stride 2: y[t] = w0 odd[t-1] + w1 even[t] + w2 odd[t]; the patch begins at t-1 forward, at t for the data gradient.
inline int filter_tap(std::int64_t stride, Pass pass, std::int64_t phase, int i) {
  if (stride == 1) return pass == Pass::data_gradient ? 2 - i : i;
  constexpr int kForward[2][3] = {{-1, 1, -1}, {0, 2, -1}}, kGradient[2][3] = {{1, -1, -1}, {2, 0, -1}};
  return pass == Pass::data_gradient ? kGradient[phase][i] : kForward[phase][i];
}

/// Index into the nine taps of tap (i, j) of the filter of a two-dimensional phase; -1: a zero.
inline int filter_index(std::int64_t stride, Pass pass, std::int64_t phase, int i, int j) {
  const int row = filter_tap(stride, pass, phase / stride, i), column = filter_tap(stride, pass, phase % stride, j);
  return row < 0 || column < 0 ? -1 : row * 3 + column;
}

/// Whether all filters of a phase are zero at a point, in one dimension: with stride 2 and one tap missing, at 0 or at
/// infinity.
inline bool vanishes_along(std::int64_t stride, Pass pass, std::int64_t phase, std::int64_t point) {
  if (stride == 1) return false;
  return (point == 0 && filter_tap(stride, pass, phase, 0) < 0) ||
         (point == 4 && filter_tap(stride, pass, phase, 1) < 0);
}

/// The same in two dimensions. Such products are left out: 81 remain of 100.
inline bool vanishes(std::int64_t stride, Pass pass, std::int64_t phase, std::int64_t point) {
  return vanishes_along(stride, pass, phase / stride, point / 5) ||
         vanishes_along(stride, pass, phase % stride, point % 5);
}

}  // namespace
}  // namespace gramstack::winograd
