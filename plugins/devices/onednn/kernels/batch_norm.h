// Batch normalisation of one group of channels, as many side by side as T has, over images begin .. end - 1: the sums
// that statistics and gradients are made of, and what is done with them. Private to kernels/table.cpp.
#pragma once

#include "kernels/table.h"
#include "kernels/vector.h"

namespace {

using gramstack::onednn::NormBackward;
using gramstack::onednn::NormCoefficients;
using gramstack::onednn::NormForward;

constexpr std::int64_t kShortPixels = 128;  // summed in f32; then in f64

/// Runs body(offset) for every pixel of every image, and flush() after at most kShortPixels of them.
template <class T, class Task, class Body, class Flush>
inline void for_each_pixel(const Task& t, std::int64_t begin, std::int64_t end, Body body, Flush flush) {
  constexpr std::int64_t kLanes = sizeof(T) / sizeof(float);
  std::int64_t since = 0;
  for (std::int64_t n = begin; n < end; ++n)
    for (std::int64_t first = 0; first < t.pixels; first += kShortPixels) {
      const std::int64_t last = first + kShortPixels < t.pixels ? first + kShortPixels : t.pixels;
      for (std::int64_t i = first; i < last; ++i) body(n * t.stride + i * kLanes);
      since += last - first;
      if (since >= kShortPixels) flush(), since = 0;
    }
  flush();
}

/// What T is computed in: one channel alone in f64.
template <class T>
using Precise = std::conditional_t<sizeof(T) == sizeof(float), double, T>;

inline double coefficient(const std::array<double, 8>& numbers, double) { return numbers[0]; }
inline Float8 coefficient(const std::array<double, 8>& numbers, Float8) {
  Double8 v;
  std::memcpy(&v, numbers.data(), sizeof v);
  return narrow(v);
}

template <class T>
inline Precise<T> value_at(const float* p) {
  return static_cast<Precise<T>>(load_as<T>(p));
}

template <class T>
inline void put(bool stream, float* p, Precise<T> v) {
  stream ? stream_as(p, static_cast<T>(v)) : store_as(p, static_cast<T>(v));
}

/// Sums of two values a pixel.
template <class T>
struct TwoSums {
  Precise<T> first{}, second{};
  Wide<T> total_first{}, total_second{};

  void add(Precise<T> a, Precise<T> b) {
    first += a;
    second += b;
  }
  void flush() {
    total_first += widen(first);
    total_second += widen(second);
    first = second = Precise<T>{};
  }
  void write(double* sums) const {
    std::memcpy(sums, &total_first, sizeof total_first);
    std::memcpy(sums + sizeof(T) / sizeof(float), &total_second, sizeof total_second);
  }
};

template <class T>
void norm_sums(const NormForward& t, std::int64_t begin, std::int64_t end, double* sums) {
  const Precise<T> center = value_at<T>(t.x);  // sums of differences: no cancellation
  TwoSums<T> both;
  for_each_pixel<T>(
      t, begin, end,
      [&](std::int64_t o) {
        const Precise<T> v = value_at<T>(t.x + o) - center;
        both.add(v, v * v);
      },
      [&] { both.flush(); });
  both.write(sums);
}

template <class T, bool kAdd, bool kRelu>
inline void normalize(const NormForward& t, std::int64_t begin, std::int64_t end, const NormCoefficients& c) {
  using C = Precise<T>;
  const C mean = coefficient(c.mean, C{}), factor = coefficient(c.factor, C{}), shift = coefficient(c.shift, C{});
  for_each_pixel<T>(
      t, begin, end,
      [&](std::int64_t o) {
        C v = (value_at<T>(t.x + o) - mean) * factor + shift;
        if constexpr (kAdd) v += value_at<T>(t.add + o);
        if constexpr (kRelu) v = v < C{} ? C{} : v;  // NaN stays NaN
        put<T>(t.stream, t.y + o, v);
      },
      [] {});
  end_of_stream();
}

template <class T>
void norm_forward(const NormForward& t, std::int64_t begin, std::int64_t end, const NormCoefficients& c) {
  if (t.add)
    t.relu ? normalize<T, true, true>(t, begin, end, c) : normalize<T, true, false>(t, begin, end, c);
  else
    t.relu ? normalize<T, false, true>(t, begin, end, c) : normalize<T, false, false>(t, begin, end, c);
}

/// Where the mask of a gradient comes from.
enum class Mask { none, result, source };

/// A gradient's coefficients, for what T is computed in.
template <class T>
struct Coefficients {
  using C = Precise<T>;
  explicit Coefficients(const NormCoefficients& c)
      : mean(coefficient(c.mean, C{})),
        factor(coefficient(c.factor, C{})),
        shift(coefficient(c.shift, C{})),
        slope(coefficient(c.slope, C{})),
        mask_factor(coefficient(c.mask_factor, C{})),
        mask_shift(coefficient(c.mask_shift, C{})) {}
  C mean, factor, shift, slope, mask_factor, mask_shift;
};

/// The gradient before the ReLU at offset o, where the source is x.
template <class T, bool kSecond, Mask kMask>
inline Precise<T> gradient_at(const NormBackward& t, std::int64_t o, Precise<T> x, const Coefficients<T>& c) {
  using C = Precise<T>;
  C g = value_at<T>(t.dy + o);
  if constexpr (kSecond) g += value_at<T>(t.dy2 + o);
  if constexpr (kMask == Mask::result) g = value_at<T>(t.y + o) > C{} ? g : C{};
  if constexpr (kMask == Mask::source) g = x * c.mask_factor + c.mask_shift > C{} ? g : C{};
  return g;
}

/// Calls call.template operator()<kSecond, kMask>() with what a task wants.
template <class Call>
inline void choose(const NormBackward& t, const Call& call) {
  if (t.mask_of_source)
    t.dy2 ? call.template operator()<true, Mask::source>() : call.template operator()<false, Mask::source>();
  else if (t.y)
    t.dy2 ? call.template operator()<true, Mask::result>() : call.template operator()<false, Mask::result>();
  else
    t.dy2 ? call.template operator()<true, Mask::none>() : call.template operator()<false, Mask::none>();
}

template <class T>
void norm_gradient_sums(const NormBackward& t, std::int64_t begin, std::int64_t end, const NormCoefficients& given,
                        double* sums) {
  const Coefficients<T> c(given);
  choose(t, [&]<bool kSecond, Mask kMask>() {
    TwoSums<T> both;
    for_each_pixel<T>(
        t, begin, end,
        [&](std::int64_t o) {
          const Precise<T> x = value_at<T>(t.x + o), g = gradient_at<T, kSecond, kMask>(t, o, x, c);
          both.add(g, g * (x - c.mean));
        },
        [&] { both.flush(); });
    both.write(sums);
  });
}

template <class T>
void norm_backward(const NormBackward& t, std::int64_t begin, std::int64_t end, const NormCoefficients& given) {
  const Coefficients<T> c(given);
  choose(t, [&]<bool kSecond, Mask kMask>() {
    for_each_pixel<T>(
        t, begin, end,
        [&](std::int64_t o) {
          const Precise<T> x = value_at<T>(t.x + o), g = gradient_at<T, kSecond, kMask>(t, o, x, c);
          if (t.masked) put<T>(t.stream, t.masked + o, g);
          put<T>(t.stream, t.dx + o, c.factor * g - (c.shift + c.slope * (x - c.mean)));
        },
        [] {});
    end_of_stream();
  });
}

}  // namespace
