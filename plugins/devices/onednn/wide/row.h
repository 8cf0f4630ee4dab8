// Sixteen sums of a product in registers.
#pragma once

#include "vector.h"

namespace gramstack {
namespace {

// The empty asm after each product keeps g++ 12 from hoisting loads over the sums and spilling them, which costs two
// thirds of the speed.
#if defined(__AVX512F__)
constexpr int kMostRows = 24;  ///< that the registers hold

struct Row {
  __m512 sums;

  static Row zero() { return {_mm512_setzero_ps()}; }
  static Row load(const float* p) { return {_mm512_loadu_ps(p)}; }
  void store(float* p) const { _mm512_storeu_ps(p, sums); }
  /// Past the caches, the first eight and the others.
  void stream(float* first, float* second) const {
    _mm256_stream_ps(first, _mm512_castps512_ps256(sums));
    _mm256_stream_ps(second, _mm512_extractf32x8_ps(sums, 1));
  }
  void add_product(const float* x, const Row& b) {
    sums = _mm512_fmadd_ps(_mm512_set1_ps(*x), b.sums, sums);
    asm("" : "+v"(sums));
  }
};
#else
constexpr int kMostRows = 6;  ///< that the registers hold

struct Row {
  __m256 left, right;

  static Row zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
  static Row load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  void store(float* p) const {
    _mm256_storeu_ps(p, left);
    _mm256_storeu_ps(p + 8, right);
  }
  /// Past the caches, the first eight and the others.
  void stream(float* first, float* second) const {
    _mm256_stream_ps(first, left);
    _mm256_stream_ps(second, right);
  }
  void add_product(const float* x, const Row& b) {
    const __m256 factor = _mm256_broadcast_ss(x);
    left = _mm256_fmadd_ps(factor, b.left, left);
    right = _mm256_fmadd_ps(factor, b.right, right);
    asm("" : "+x"(left), "+x"(right));
  }
};
#endif

}  // namespace
}  // namespace gramstack
