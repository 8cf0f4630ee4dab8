// One or two blocks of eight floats as one value.
#pragma once

#include "vector.h"

namespace gramstack {
namespace {

/// `apart`: floats in memory from one block to the next.
template <int kCount>
struct Blocks;

template <>
struct Blocks<1> {
  static constexpr int kRegisters = 1;
  Eight value;

  static Blocks zero() { return {_mm256_setzero_ps()}; }
  static Blocks load(const float* p, std::int64_t) { return {_mm256_loadu_ps(p)}; }
  void store(float* p, std::int64_t) const { _mm256_storeu_ps(p, value); }
  void add(const Blocks& b) { value = _mm256_add_ps(value, b.value); }
  void add_product(float x, const Blocks& b) { value = _mm256_fmadd_ps(_mm256_set1_ps(x), b.value, value); }
};

#if defined(__AVX512F__)
constexpr int kBlockRegisters = 28;  ///< for sums of blocks, beside factors

template <>
struct Blocks<2> {
  static constexpr int kRegisters = 1;
  Vector value;

  static Blocks zero() { return {gramstack::zero()}; }
  static Blocks load(const float* p, std::int64_t apart) {
    return {_mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(p)), _mm256_loadu_ps(p + apart), 1)};
  }
  void store(float* p, std::int64_t apart) const {
    _mm256_storeu_ps(p, _mm512_castps512_ps256(value));
    _mm256_storeu_ps(p + apart, _mm512_extractf32x8_ps(value, 1));
  }
  static Blocks splat(float first, float second) {
    return {_mm512_insertf32x8(_mm512_castps256_ps512(_mm256_set1_ps(first)), _mm256_set1_ps(second), 1)};
  }
  void add(const Blocks& b) { value = value + b.value; }
  void add_product(float x, const Blocks& b) { value = multiply_add(all(x), b.value, value); }
  void add_product(const Blocks& a, const Blocks& b) { value = multiply_add(a.value, b.value, value); }
};
#else
constexpr int kBlockRegisters = 12;  ///< for sums of blocks, beside factors

template <>
struct Blocks<2> {
  static constexpr int kRegisters = 2;
  Blocks<1> first, second;

  static Blocks zero() { return {Blocks<1>::zero(), Blocks<1>::zero()}; }
  static Blocks load(const float* p, std::int64_t apart) {
    return {Blocks<1>::load(p, 0), Blocks<1>::load(p + apart, 0)};
  }
  void store(float* p, std::int64_t apart) const {
    first.store(p, 0);
    second.store(p + apart, 0);
  }
  static Blocks splat(float first, float second) { return {{_mm256_set1_ps(first)}, {_mm256_set1_ps(second)}}; }
  void add(const Blocks& b) {
    first.add(b.first);
    second.add(b.second);
  }
  void add_product(float x, const Blocks& b) {
    first.add_product(x, b.first);
    second.add_product(x, b.second);
  }
  void add_product(const Blocks& a, const Blocks& b) {
    first.value = _mm256_fmadd_ps(a.first.value, b.first.value, first.value);
    second.value = _mm256_fmadd_ps(a.second.value, b.second.value, second.value);
  }
};
#endif

}  // namespace
}  // namespace gramstack
