// Eight floats as one value, for whatever the instruction set makes of it. Private to kernels/table.cpp.
#pragma once

#include <cstdint>
#include <cstring>

namespace {

typedef float Float8 __attribute__((vector_size(32)));
typedef std::int32_t Mask8 __attribute__((vector_size(32)));
typedef double Double8 __attribute__((vector_size(64)));

inline __attribute__((always_inline)) Float8 load(const float* p) {
  Float8 v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline __attribute__((always_inline)) void store(float* p, Float8 v) { std::memcpy(p, &v, sizeof v); }

inline __attribute__((always_inline)) Double8 widen(Float8 v) { return __builtin_convertvector(v, Double8); }
inline __attribute__((always_inline)) Float8 narrow(Double8 v) { return __builtin_convertvector(v, Float8); }

inline __attribute__((always_inline)) Float8 splat(float x) { return Float8{x, x, x, x, x, x, x, x}; }

/// `value` where the mask is set, else 0.
inline __attribute__((always_inline)) Float8 where(Mask8 mask, Float8 value) { return (Float8)((Mask8)value & mask); }

inline __attribute__((always_inline)) double sum_of(Float8 v) {
  const Double8 d = widen(v);
  return ((d[0] + d[4]) + (d[1] + d[5])) + ((d[2] + d[6]) + (d[3] + d[7]));
}

}  // namespace
