// Factors of products as the inner product kernel reads them.
#pragma once

#include <cstdint>

#include "transpose.h"

namespace gramstack {
namespace {

/// A factor as [vectors][k]: the rows of one factor, the columns of the other.
struct Factor {
  const float* data;
  std::int64_t vectors, stride;
  bool along;  ///< a vector's elements are neighbours; else the vectors are

  const float* at(std::int64_t vector, std::int64_t step) const {
    return along ? data + vector * stride + step : data + step * stride + vector;
  }
};

/// Vectors `first` .. `first` + `count` - 1 at steps `begin` .. `end` - 1 as [step][width], the missing ones zero.
/// `to`: of step 0.
inline void pack(const Factor& f, std::int64_t first, std::int64_t count, std::int64_t begin, std::int64_t end,
                 std::int64_t width, float* to) {
  const std::int64_t whole = count / 8 * 8;
  for (std::int64_t vector = 0; vector < whole; vector += 8) {
    std::int64_t step = begin;
    if (f.along)
      for (; step + 8 <= end; step += 8)
        transpose_eight(f.at(first + vector, step), f.stride, to + step * width + vector, width);
    else
      for (; step < end; ++step)
        _mm256_storeu_ps(to + step * width + vector, _mm256_loadu_ps(f.at(first + vector, step)));
    for (; step < end; ++step)
      for (std::int64_t i = vector; i < vector + 8; ++i) to[step * width + i] = *f.at(first + i, step);
  }
  if (whole == width) return;
  for (std::int64_t step = begin; step < end; ++step)
    for (std::int64_t i = whole; i < width; ++i) to[step * width + i] = i < count ? *f.at(first + i, step) : 0.0F;
}

}  // namespace
}  // namespace gramstack
