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

/// Eight times `Vectors` columns of add_rows.
template <int Vectors>
inline void add_columns(const float* rows, std::int64_t count, std::int64_t stride, double* totals) {
  Float8 parts[Vectors] = {};
  for (std::int64_t i = 0; i < count; ++i)
    for (int v = 0; v < Vectors; ++v) parts[v] += load(rows + i * stride + v * 8);
  for (int lane = 0; lane < Vectors * 8; ++lane) totals[lane] += static_cast<double>(parts[lane / 8][lane % 8]);
}

/// totals[j] += sum over i of rows[i * stride + j], j < width.
void add_rows(const float* rows, std::int64_t count, std::int64_t stride, std::int64_t width, double* totals) {
  constexpr std::int64_t kShort = 64;
  for (std::int64_t begin = 0; begin < count; begin += kShort) {
    const float* from = rows + begin * stride;
    const std::int64_t short_count = count - begin < kShort ? count - begin : kShort;
    std::int64_t j = 0;
    for (; j + 32 <= width; j += 32) add_columns<4>(from + j, short_count, stride, totals + j);
    for (; j + 8 <= width; j += 8) add_columns<1>(from + j, short_count, stride, totals + j);
    for (; j < width; ++j)
      for (std::int64_t i = 0; i < short_count; ++i) totals[j] += static_cast<double>(from[i * stride + j]);
  }
}

}  // namespace
