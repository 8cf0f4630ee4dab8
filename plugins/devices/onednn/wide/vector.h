// Vectors of the instruction set that a file is compiled for. Everything is local to its translation unit: code for one
// instruction set must not be merged by the linker with code that runs anywhere.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace gramstack {
namespace {

/// Eight floats: a pixel's block of channels.
using Eight = __m256;

#if defined(__AVX512F__)
using Vector = __m512;

inline Vector load(const float* p) { return _mm512_load_ps(p); }
inline void store(float* p, Vector v) { _mm512_store_ps(p, v); }
inline void stream(float* p, Vector v) { _mm512_stream_ps(p, v); }  // past the caches
inline Vector all(float x) { return _mm512_set1_ps(x); }
inline Vector zero() { return _mm512_setzero_ps(); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }            // ab + c
inline Vector negative_multiply_add(Vector a, Vector b, Vector c) { return _mm512_fnmadd_ps(a, b, c); }  // c - ab
inline Vector positive_part(Vector v) { return _mm512_max_ps(zero(), v); }  // in this order NaN stays NaN

/// As many channels of a pixel as a vector has: its block, and the same pixel's in the next plane, `plane` floats on.
inline Vector load_channels(const float* pixel, std::int64_t plane) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_load_ps(pixel)), _mm256_load_ps(pixel + plane), 1);
}
inline void store_channels(float* pixel, std::int64_t plane, Vector v) {
  _mm256_store_ps(pixel, _mm512_castps512_ps256(v));
  _mm256_store_ps(pixel + plane, _mm512_extractf32x8_ps(v, 1));
}
/// Past the caches.
inline void stream_channels(float* pixel, std::int64_t plane, Vector v) {
  _mm256_stream_ps(pixel, _mm512_castps512_ps256(v));
  _mm256_stream_ps(pixel + plane, _mm512_extractf32x8_ps(v, 1));
}
#else
using Vector = Eight;

inline Vector load(const float* p) { return _mm256_load_ps(p); }
inline void store(float* p, Vector v) { _mm256_store_ps(p, v); }
inline void stream(float* p, Vector v) { _mm256_stream_ps(p, v); }  // past the caches
inline Vector all(float x) { return _mm256_set1_ps(x); }
inline Vector zero() { return _mm256_setzero_ps(); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }            // ab + c
inline Vector negative_multiply_add(Vector a, Vector b, Vector c) { return _mm256_fnmadd_ps(a, b, c); }  // c - ab
inline Vector positive_part(Vector v) { return _mm256_max_ps(zero(), v); }  // in this order NaN stays NaN

/// As many channels of a pixel as a vector has.
inline Vector load_channels(const float* pixel, std::int64_t) { return _mm256_load_ps(pixel); }
inline void store_channels(float* pixel, std::int64_t, Vector v) { _mm256_store_ps(pixel, v); }
/// Past the caches.
inline void stream_channels(float* pixel, std::int64_t, Vector v) { _mm256_stream_ps(pixel, v); }
#endif

constexpr int kLanes = sizeof(Vector) / sizeof(float);

}  // namespace
}  // namespace gramstack
