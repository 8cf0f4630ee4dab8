// Sums in f32 over short runs, added up in f64. Private to kernels/table.cpp.
#pragma once

#include "kernels/vector.h"

namespace {

constexpr std::int64_t kShortRun = 512;

template <class Term>
inline double sum_terms(std::int64_t n, Term term) {
  double total = 0;
  for (std::int64_t begin = 0; begin < n; begin += kShortRun) {
    const std::int64_t end = begin + kShortRun < n ? begin + kShortRun : n;
    Float8 a{}, b{};
    std::int64_t i = begin;
    for (; i + 16 <= end; i += 16) {
      a += term.vector(i);
      b += term.vector(i + 8);
    }
    for (; i + 8 <= end; i += 8) a += term.vector(i);
    total += sum_of(a + b);
    for (; i < end; ++i) total += static_cast<double>(term.scalar(i));
  }
  return total;
}

struct Values {
  const float* x;
  Float8 vector(std::int64_t i) const { return load(x + i); }
  float scalar(std::int64_t i) const { return x[i]; }
};

struct Products {
  const float* a;
  const float* b;
  Float8 vector(std::int64_t i) const { return load(a + i) * load(b + i); }
  float scalar(std::int64_t i) const { return a[i] * b[i]; }
};

double sum(const float* x, std::int64_t n) { return sum_terms(n, Values{x}); }
double dot(const float* a, const float* b, std::int64_t n) { return sum_terms(n, Products{a, b}); }

float largest(const float* x, std::int64_t n) {
  float best = x[0];
  for (std::int64_t i = 1; i < n; ++i) best = x[i] > best ? x[i] : best;
  return best;
}

/// totals[j] += sum over i of rows[i * stride + j], j < width.
void add_rows(const float* rows, std::int64_t count, std::int64_t stride, std::int64_t width, double* totals) {
  constexpr std::int64_t kShort = 64;
  for (std::int64_t begin = 0; begin < count; begin += kShort) {
    const std::int64_t end = begin + kShort < count ? begin + kShort : count;
    std::int64_t j = 0;
    for (; j + 8 <= width; j += 8) {
      Float8 part{};
      for (std::int64_t i = begin; i < end; ++i) part += load(rows + i * stride + j);
      for (int lane = 0; lane < 8; ++lane) totals[j + lane] += static_cast<double>(part[lane]);
    }
    for (; j < width; ++j)
      for (std::int64_t i = begin; i < end; ++i) totals[j] += static_cast<double>(rows[i * stride + j]);
  }
}

}  // namespace
