// Elementwise functions over n elements. Private to kernels/table.cpp, which is compiled once an instruction set.
// `out` may be one of the operands: element i is read before it is written.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#ifdef __clang__
#define GRAMSTACK_VECTORIZE _Pragma("clang loop vectorize(assume_safety)")
#else
#define GRAMSTACK_VECTORIZE _Pragma("GCC ivdep")
#endif

namespace {

using Index = std::int64_t;

// e^x to 1 ulp or so: x = n ln 2 + r, a polynomial in r, and 2^n in two factors so that the ends of the range work.
inline float exp_of(float x) {
  constexpr float kMagic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  constexpr std::int32_t kMagicBits = 0x4B400000;
  const float clamped = x > 89.0f ? 89.0f : (x < -104.0f ? -104.0f : x);
  const float shifted = clamped * 1.44269504088896341f + kMagic;
  const float n = shifted - kMagic;
  const std::int32_t exponent = __builtin_bit_cast(std::int32_t, shifted) - kMagicBits;
  const float r = (clamped - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const std::int32_t half = exponent >> 1;
  const float low = __builtin_bit_cast(float, (half + 127) << 23);
  const float high = __builtin_bit_cast(float, (exponent - half + 127) << 23);
  return p * low * high;
}

inline float log_of(float x) {
  const bool tiny = x < std::numeric_limits<float>::min();
  const float scaled = tiny ? x * 8388608.0f : x;
  const std::int32_t bits = __builtin_bit_cast(std::int32_t, scaled);
  float exponent = static_cast<float>((bits >> 23) - 126) - (tiny ? 23.0f : 0.0f);
  float m = __builtin_bit_cast(float, (bits & 0x007FFFFF) | 0x3F000000);  // in [0.5, 1)
  const bool low = m < 0.707106781186547524f;
  exponent -= low ? 1.0f : 0.0f;
  m = low ? m + m - 1.0f : m - 1.0f;
  const float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  p = p * m * z - 2.12194440e-4f * exponent - 0.5f * z;
  const float result = m + p + 0.693359375f * exponent;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float special = x == 0.0f ? -kInfinity : std::numeric_limits<float>::quiet_NaN();
  return x > 0.0f ? (x == kInfinity ? x : result) : special;
}

inline float tanh_of(float x) {
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float small = x + x * z * p;
  const float absolute = x < 0.0f ? -x : x;
  const float large = 1.0f - 2.0f / (exp_of(2.0f * absolute) + 1.0f);
  const float signed_large = x < 0.0f ? -large : large;
  return absolute < 0.625f ? small : signed_large;
}

inline float sigmoid_of(float x) { return 1.0f / (1.0f + exp_of(-x)); }

inline float maximum_of(float a, float b) { return (a > b || a != a) ? a : b; }

template <class Function>
inline void map(Function function, float* out, const float* x, Index n) {
  GRAMSTACK_VECTORIZE
  for (Index i = 0; i < n; ++i) out[i] = function(x[i]);
}

template <class Function>
inline void zip(Function function, float* out, const float* a, const float* b, Index n) {
  GRAMSTACK_VECTORIZE
  for (Index i = 0; i < n; ++i) out[i] = function(a[i], b[i]);
}

template <class Function>
inline void zip_left_scalar(Function function, float* out, const float* a, const float* b, Index n) {
  const float scalar = *a;
  GRAMSTACK_VECTORIZE
  for (Index i = 0; i < n; ++i) out[i] = function(scalar, b[i]);
}

template <class Function>
inline void zip_right_scalar(Function function, float* out, const float* a, const float* b, Index n) {
  const float scalar = *b;
  GRAMSTACK_VECTORIZE
  for (Index i = 0; i < n; ++i) out[i] = function(a[i], scalar);
}

// Products are rounded before they are added.
#ifdef __clang__
#define GRAMSTACK_ROUND_PRODUCTS _Pragma("STDC FP_CONTRACT OFF")
#define GRAMSTACK_UNFUSED
#else
#define GRAMSTACK_ROUND_PRODUCTS
#define GRAMSTACK_UNFUSED __attribute__((optimize("fp-contract=off")))
#endif

GRAMSTACK_UNFUSED inline void add_scaled(float* out, const float* a, const float* b, float scale, Index n) {
  GRAMSTACK_ROUND_PRODUCTS
  GRAMSTACK_VECTORIZE
  for (Index i = 0; i < n; ++i) out[i] = a[i] + scale * b[i];
}

inline void add_product(float* out, const float* a, const float* b, const float* s, Index n) {
  add_scaled(out, a, b, *s, n);
}

/// a - s b is a + (-s) b to the bit: a sign is not rounded.
inline void subtract_product(float* out, const float* a, const float* b, const float* s, Index n) {
  add_scaled(out, a, b, -*s, n);
}

}  // namespace
