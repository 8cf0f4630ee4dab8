// Eight floats in an AVX2 register. Everything is local to its translation unit: code compiled for AVX2 must not be
// merged by the linker with code that runs anywhere.
#pragma once

#include <immintrin.h>

namespace gramstack {
namespace {

using Vector = __m256;

inline Vector load(const float* p) { return _mm256_load_ps(p); }
inline void store(float* p, Vector v) { _mm256_store_ps(p, v); }
inline Vector all(float x) { return _mm256_set1_ps(x); }
inline Vector zero() { return _mm256_setzero_ps(); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }            // ab + c
inline Vector negative_multiply_add(Vector a, Vector b, Vector c) { return _mm256_fnmadd_ps(a, b, c); }  // c - ab

}  // namespace
}  // namespace gramstack
