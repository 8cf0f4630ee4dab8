// Eight floats as one value, for whatever the instruction set makes of it. Private to kernels/table.cpp.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__AVX__)
#include <immintrin.h>
#endif

namespace {

typedef float Float8 __attribute__((vector_size(32)));
typedef std::int32_t Mask8 __attribute__((vector_size(32)));
typedef double Double8 __attribute__((vector_size(64)));

template <class T>
inline __attribute__((always_inline)) T load_as(const float* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline __attribute__((always_inline)) Float8 load(const float* p) { return load_as<Float8>(p); }

template <class T>
inline __attribute__((always_inline)) void store_as(float* p, T v) {
  std::memcpy(p, &v, sizeof v);
}

/// Past the caches, where the instruction set can.
inline __attribute__((always_inline)) void stream_as(float* p, float v) { *p = v; }
inline __attribute__((always_inline)) void stream_as(float* p, Float8 v) {
#if defined(__AVX__)
  _mm256_stream_ps(p, (__m256)v);
#else
  store_as(p, v);
#endif
}

/// Other threads may read what was streamed after they have met this one.
inline void end_of_stream() {
#if defined(__AVX__)
  _mm_sfence();
#endif
}

/// The same in f64.
template <class T>
using Wide = std::conditional_t<sizeof(T) == sizeof(float), double, Double8>;

inline __attribute__((always_inline)) double widen(double x) { return x; }
inline __attribute__((always_inline)) Double8 widen(Float8 v) { return __builtin_convertvector(v, Double8); }
inline __attribute__((always_inline)) Float8 narrow(Double8 v) { return __builtin_convertvector(v, Float8); }

/// `value` where the mask is set, else 0.
inline __attribute__((always_inline)) Float8 where(Mask8 mask, Float8 value) { return (Float8)((Mask8)value & mask); }

inline __attribute__((always_inline)) double sum_of(Float8 v) {
  const Double8 d = widen(v);
  return ((d[0] + d[4]) + (d[1] + d[5])) + ((d[2] + d[6]) + (d[3] + d[7]));
}

}  // namespace
