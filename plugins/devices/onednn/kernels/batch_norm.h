// Batch normalisation of one group of channels over all images. Private to kernels/table.cpp.
#pragma once

#include "kernels/table.h"
#include "kernels/vector.h"

namespace {

using gramstack::onednn::NormBackward;
using gramstack::onednn::NormForward;

constexpr std::int64_t kShortPixels = 128;

/// Runs body(offset) for every vector of every image, and flush() after at most kShortPixels of them.
template <class Body, class Flush>
inline void for_each_vector(std::int64_t images, std::int64_t stride, std::int64_t pixels, Body body, Flush flush) {
  std::int64_t since = 0;
  for (std::int64_t n = 0; n < images; ++n)
    for (std::int64_t begin = 0; begin < pixels; begin += kShortPixels) {
      const std::int64_t end = begin + kShortPixels < pixels ? begin + kShortPixels : pixels;
      for (std::int64_t i = begin; i < end; ++i) body(n * stride + i * 8);
      since += end - begin;
      if (since >= kShortPixels) flush(), since = 0;
    }
  flush();
}

inline void statistics8(const NormForward& t, Double8& mean, Double8& variance) {
  const Float8 center = load(t.x);  // sums of differences: no cancellation
  Float8 s{}, q{};
  Double8 sum{}, squares{};
  for_each_vector(
      t.images, t.stride, t.pixels,
      [&](std::int64_t o) {
        const Float8 v = load(t.x + o) - center;
        s += v;
        q += v * v;
      },
      [&] {
        sum += widen(s);
        squares += widen(q);
        s = q = Float8{};
      });
  const double count = static_cast<double>(t.images * t.pixels);
  const Double8 difference = sum / count;
  mean = widen(center) + difference;
  variance = squares / count - difference * difference;
  for (int lane = 0; lane < 8; ++lane) variance[lane] = variance[lane] > 0 ? variance[lane] : 0;
}

template <bool kAdd, bool kRelu>
inline void normalize8(const NormForward& t, Float8 mean, Float8 factor, Float8 shift) {
  for_each_vector(
      t.images, t.stride, t.pixels,
      [&](std::int64_t o) {
        Float8 v = (load(t.x + o) - mean) * factor + shift;
        if constexpr (kAdd) v += load(t.add + o);
        if constexpr (kRelu) v = where(~(v < Float8{}), v);
        store(t.y + o, v);
      },
      [] {});
}

inline Float8 inverse_deviation(Double8 variance, double epsilon) {
  Double8 result;
  for (int lane = 0; lane < 8; ++lane) result[lane] = 1.0 / __builtin_sqrt(variance[lane] + epsilon);
  return narrow(result);
}

/// Eight channels side by side; statistics of this batch unless t.given.
void batch_norm_8(const NormForward& t) {
  Double8 mean, variance;
  if (t.given) {
    mean = widen(load(t.mean));
    variance = widen(load(t.variance));
  } else {
    statistics8(t, mean, variance);
    store(t.mean, narrow(mean));
    store(t.variance, narrow(variance));
  }
  const Float8 factor = load(t.scale) * inverse_deviation(variance, t.epsilon), shift = load(t.shift);
  if (t.add)
    t.relu ? normalize8<true, true>(t, narrow(mean), factor, shift)
           : normalize8<true, false>(t, narrow(mean), factor, shift);
  else
    t.relu ? normalize8<false, true>(t, narrow(mean), factor, shift)
           : normalize8<false, false>(t, narrow(mean), factor, shift);
}

template <bool kSecond, bool kMask>
inline Float8 gradient8(const NormBackward& t, std::int64_t o) {
  Float8 g = load(t.dy + o);
  if constexpr (kSecond) g += load(t.dy2 + o);
  if constexpr (kMask) g = where(load(t.y + o) > Float8{}, g);
  return g;
}

template <bool kSecond, bool kMask>
inline void batch_norm_gradient_8(const NormBackward& t) {
  const Float8 mean = load(t.mean), inverse = inverse_deviation(widen(load(t.variance)), t.epsilon);
  Float8 s{}, q{};
  Double8 sum{}, products{};
  for_each_vector(
      t.images, t.stride, t.pixels,
      [&](std::int64_t o) {
        const Float8 g = gradient8<kSecond, kMask>(t, o);
        s += g;
        q += g * (load(t.x + o) - mean);
      },
      [&] {
        sum += widen(s);
        products += widen(q);
        s = q = Float8{};
      });
  const Double8 wide_inverse = widen(inverse);
  store(t.dshift, narrow(sum));
  store(t.dscale, narrow(products * wide_inverse));
  const double count = static_cast<double>(t.images * t.pixels);
  const Float8 a = load(t.scale) * inverse;
  const Float8 b = narrow(widen(a) * sum / count);
  const Float8 c = narrow(widen(a) * wide_inverse * wide_inverse * products / count);
  for_each_vector(
      t.images, t.stride, t.pixels,
      [&](std::int64_t o) {
        const Float8 g = gradient8<kSecond, kMask>(t, o);
        if (t.masked) store(t.masked + o, g);
        store(t.dx + o, a * g - (b + c * (load(t.x + o) - mean)));
      },
      [] {});
}

void batch_norm_gradient_8(const NormBackward& t) {
  if (t.dy2)
    t.y ? batch_norm_gradient_8<true, true>(t) : batch_norm_gradient_8<true, false>(t);
  else
    t.y ? batch_norm_gradient_8<false, true>(t) : batch_norm_gradient_8<false, false>(t);
}

/// One channel: planes of contiguous pixels.
void batch_norm_1(const NormForward& t) {
  const double count = static_cast<double>(t.images * t.pixels);
  double mean = 0, variance = 0;
  if (t.given) {
    mean = static_cast<double>(*t.mean);
    variance = static_cast<double>(*t.variance);
  } else {
    for (std::int64_t n = 0; n < t.images; ++n)
      for (std::int64_t i = 0; i < t.pixels; ++i) mean += static_cast<double>(t.x[n * t.stride + i]);
    mean /= count;
    for (std::int64_t n = 0; n < t.images; ++n)
      for (std::int64_t i = 0; i < t.pixels; ++i) {
        const double d = static_cast<double>(t.x[n * t.stride + i]) - mean;
        variance += d * d;
      }
    variance /= count;
    *t.mean = static_cast<float>(mean);
    *t.variance = static_cast<float>(variance);
  }
  const float center = static_cast<float>(mean), shift = *t.shift;
  const float factor = *t.scale * static_cast<float>(1.0 / __builtin_sqrt(variance + t.epsilon));
  for (std::int64_t n = 0; n < t.images; ++n)
    for (std::int64_t i = 0; i < t.pixels; ++i) {
      const std::int64_t o = n * t.stride + i;
      float v = (t.x[o] - center) * factor + shift;
      if (t.add) v += t.add[o];
      if (t.relu && v < 0.0f) v = 0.0f;
      t.y[o] = v;
    }
}

inline float gradient_1(const NormBackward& t, std::int64_t o) {
  const float g = t.dy2 ? t.dy[o] + t.dy2[o] : t.dy[o];
  return t.y && !(t.y[o] > 0.0f) ? 0.0f : g;
}

void batch_norm_gradient_1(const NormBackward& t) {
  const double mean = static_cast<double>(*t.mean);
  const double inverse = 1.0 / __builtin_sqrt(static_cast<double>(*t.variance) + t.epsilon);
  double sum = 0, products = 0;
  for (std::int64_t n = 0; n < t.images; ++n)
    for (std::int64_t i = 0; i < t.pixels; ++i) {
      const std::int64_t o = n * t.stride + i;
      const double g = static_cast<double>(gradient_1(t, o));
      sum += g;
      products += g * (static_cast<double>(t.x[o]) - mean);
    }
  *t.dshift = static_cast<float>(sum);
  *t.dscale = static_cast<float>(products * inverse);
  const double count = static_cast<double>(t.images * t.pixels), a = static_cast<double>(*t.scale) * inverse;
  const double b = sum / count, c = inverse * inverse * products / count;
  for (std::int64_t n = 0; n < t.images; ++n)
    for (std::int64_t i = 0; i < t.pixels; ++i) {
      const std::int64_t o = n * t.stride + i;
      const float g = gradient_1(t, o);
      const double dx = a * (static_cast<double>(g) - b - c * (static_cast<double>(t.x[o]) - mean));
      if (t.masked) t.masked[o] = g;
      t.dx[o] = static_cast<float>(dx);
    }
}

}  // namespace
