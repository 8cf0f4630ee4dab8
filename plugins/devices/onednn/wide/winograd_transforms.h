// The one-dimensional transforms of F(4,3), with interpolation points 0, 1, -1, 2, -2, infinity, and of F(4,2), with
// 0, 1, -1, 2, infinity. The size of the argument chooses. Each writes output i at out[i * stride]; a two-dimensional
// transform is one pass over columns and one over rows. What is fused is written so: the compiler, which would choose
// differently for each instruction set, is told not to.
#pragma once

#include <cstdint>

#include "vector.h"

namespace gramstack::winograd {
namespace {

constexpr int kTile = 4;  // outputs of a tile in one dimension

/// Inputs of a tile in one dimension, which is also the number of points.
constexpr int patch(int taps) { return kTile + taps - 1; }

// --- B^T d: input patch to points

inline void input_transform(const Vector (&d)[6], Vector* out, std::int64_t stride) {
  const Vector four = all(4), five = all(5), two = all(2);
  const Vector even = negative_multiply_add(four, d[2], d[4]), odd = negative_multiply_add(four, d[1], d[3]);
  const Vector difference = d[4] - d[2], twice = two * (d[3] - d[1]);
  out[0] = multiply_add(four, d[0], negative_multiply_add(five, d[2], d[4]));
  out[stride] = even + odd;
  out[2 * stride] = even - odd;
  out[3 * stride] = difference + twice;
  out[4 * stride] = difference - twice;
  out[5 * stride] = multiply_add(four, d[1], negative_multiply_add(five, d[3], d[5]));
}

inline void input_transform(const Vector (&d)[5], Vector* out, std::int64_t stride) {
  const Vector two = all(2), difference = d[3] - d[1];
  const Vector tail = negative_multiply_add(two, d[2], difference);  // d3 - 2 d2 - d1
  out[0] = multiply_add(two, d[0], tail);
  out[stride] = negative_multiply_add(two, d[1], d[3] - d[2]);
  out[2 * stride] = multiply_add(two, d[1], negative_multiply_add(all(3), d[2], d[3]));
  out[3 * stride] = difference;
  out[4 * stride] = negative_multiply_add(two, difference, d[4] - d[2]);
}

// --- A^T m: points to output tile

inline void output_transform(const Vector (&m)[6], Vector* out, std::int64_t stride) {
  const Vector sum1 = m[1] + m[2], difference1 = m[1] - m[2], sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  out[0] = m[0] + sum1 + sum2;
  out[stride] = multiply_add(all(2), difference2, difference1);
  out[2 * stride] = multiply_add(all(4), sum2, sum1);
  out[3 * stride] = multiply_add(all(8), difference2, difference1) + m[5];
}

inline void output_transform(const Vector (&m)[5], Vector* out, std::int64_t stride) {
  const Vector sum = m[1] + m[2], difference = m[1] - m[2];
  out[0] = m[0] + sum + m[3];
  out[stride] = multiply_add(all(2), m[3], difference);
  out[2 * stride] = multiply_add(all(4), m[3], sum);
  out[3 * stride] = multiply_add(all(8), m[3], difference) + m[4];
}

// --- A y: gradient of an output tile to points

inline void gradient_transform(const Vector (&y)[kTile], Vector (&out)[6]) {
  const Vector even = y[0] + y[2], odd = y[1] + y[3];
  const Vector even2 = multiply_add(all(4), y[2], y[0]), odd2 = multiply_add(all(8), y[3], y[1] + y[1]);
  out[0] = y[0];
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = even2 + odd2;
  out[4] = even2 - odd2;
  out[5] = y[3];
}

inline void gradient_transform(const Vector (&y)[kTile], Vector (&out)[5]) {
  const Vector even = y[0] + y[2], odd = y[1] + y[3];
  out[0] = y[0];
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = multiply_add(all(4), y[2], y[0]) + multiply_add(all(8), y[3], y[1] + y[1]);
  out[4] = y[3];
}

// --- G g: filter to points

inline void filter_transform(const Vector (&g)[3], Vector (&out)[6]) {
  const Vector ends = g[0] + g[2], wide = multiply_add(all(4), g[2], g[0]), twice = g[1] + g[1];
  out[0] = all(0.25F) * g[0];
  out[1] = all(-1 / 6.F) * (ends + g[1]);
  out[2] = all(-1 / 6.F) * (ends - g[1]);
  out[3] = all(1 / 24.F) * (wide + twice);
  out[4] = all(1 / 24.F) * (wide - twice);
  out[5] = g[2];
}

inline void filter_transform(const Vector (&g)[2], Vector (&out)[5]) {
  out[0] = all(0.5F) * g[0];
  out[1] = all(-0.5F) * (g[0] + g[1]);
  out[2] = all(1 / 6.F) * (g[1] - g[0]);
  out[3] = all(1 / 6.F) * multiply_add(all(2), g[1], g[0]);
  out[4] = g[1];
}

// --- G^T u: points to filter gradient

inline void filter_gradient_transform(const Vector (&u)[6], Vector (&out)[3]) {
  const Vector sum1 = all(-1 / 6.F) * (u[1] + u[2]), difference1 = all(1 / 6.F) * (u[2] - u[1]);
  const Vector sum2 = u[3] + u[4];
  out[0] = multiply_add(all(0.25F), u[0], multiply_add(all(1 / 24.F), sum2, sum1));
  out[1] = multiply_add(all(1 / 12.F), u[3] - u[4], difference1);
  out[2] = multiply_add(all(1 / 6.F), sum2, sum1) + u[5];
}
inline void filter_gradient_transform(const Vector (&u)[5], Vector (&out)[2]) {
  const Vector sixth = all(1 / 6.F);
  out[0] = multiply_add(sixth, u[3] - u[2], all(0.5F) * (u[0] - u[1]));
  out[1] = multiply_add(sixth, u[2] + u[3] + u[3], multiply_add(all(-0.5F), u[1], u[4]));
}

}  // namespace
}  // namespace gramstack::winograd
