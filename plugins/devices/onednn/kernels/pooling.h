// Pooling of one image and one group of channels: kLanes channels side by side. Private to kernels/table.cpp.
#pragma once

#include "kernels/table.h"
#include "kernels/vector.h"

namespace {

using gramstack::onednn::PoolWindow;

/// The part of a window that lies within the image.
struct Extent {
  std::int64_t begin, end;
  Extent(std::int64_t out, std::int64_t in, const PoolWindow& w)
      : begin(out * w.stride - w.padding), end(begin + w.size) {
    if (begin < 0) begin = 0;
    if (end > in) end = in;
  }
};

/// NaN when one of them is.
inline float larger(float a, float b) { return b > a || b != b ? b : a; }
inline Float8 larger(Float8 a, Float8 b) { return ((b > a) | (b != b)) ? b : a; }

/// Windows of 2x2 side by side that cover every pixel once: the common case, done without bounds.
inline bool is_halving(const PoolWindow& w) {
  return w.size == 2 && w.stride == 2 && w.padding == 0 && w.height % 2 == 0 && w.width % 2 == 0;
}

/// visit(offset in y, offsets in x of the four pixels) for each window of a halving.
template <class T, class Visit>
inline void for_each_quad(const PoolWindow& w, const Visit& visit) {
  constexpr std::int64_t kLanes = sizeof(T) / sizeof(float);
  for (std::int64_t oy = 0; oy < w.out_height; ++oy)
    for (std::int64_t ox = 0; ox < w.out_width; ++ox) {
      const std::int64_t upper = (2 * oy * w.width + 2 * ox) * kLanes, lower = upper + w.width * kLanes;
      visit((oy * w.out_width + ox) * kLanes, upper, upper + kLanes, lower, lower + kLanes);
    }
}

template <class T>
inline void max_pool(const PoolWindow& w, const float* x, float* y) {
  constexpr std::int64_t kLanes = sizeof(T) / sizeof(float);
  if (is_halving(w))
    return for_each_quad<T>(w, [&](std::int64_t out, std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
      const T upper = larger(load_as<T>(x + a), load_as<T>(x + b));
      store_as(y + out, larger(larger(upper, load_as<T>(x + c)), load_as<T>(x + d)));
    });
  for (std::int64_t oy = 0; oy < w.out_height; ++oy)
    for (std::int64_t ox = 0; ox < w.out_width; ++ox) {
      const Extent rows(oy, w.height, w), columns(ox, w.width, w);
      T best = load_as<T>(x + (rows.begin * w.width + columns.begin) * kLanes);
      for (std::int64_t iy = rows.begin; iy < rows.end; ++iy)
        for (std::int64_t ix = columns.begin; ix < columns.end; ++ix)
          best = larger(best, load_as<T>(x + (iy * w.width + ix) * kLanes));
      store_as(y + (oy * w.out_width + ox) * kLanes, best);
    }
}

/// What of `rest` goes to a pixel of value x: all of it where x is the maximum y; it is taken away then.
inline float take(float x, float y, float& rest) {
  const float part = x == y ? rest : 0.0f;
  rest = x == y ? 0.0f : rest;
  return part;
}
inline Float8 take(Float8 x, Float8 y, Float8& rest) {
  const Mask8 here = x == y;
  const Float8 part = where(here, rest);
  rest = where(~here, rest);
  return part;
}

/// The first pixel of the window that equals its maximum gets the gradient. dx must be zero.
template <class T>
inline void max_pool_gradient(const PoolWindow& w, const float* dy, const float* x, const float* y, float* dx) {
  constexpr std::int64_t kLanes = sizeof(T) / sizeof(float);
  if (is_halving(w))
    return for_each_quad<T>(w, [&](std::int64_t out, std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
      T rest = load_as<T>(dy + out);
      const T top = load_as<T>(y + out);
      for (const std::int64_t in : {a, b, c, d}) store_as(dx + in, take(load_as<T>(x + in), top, rest));
    });
  for (std::int64_t oy = 0; oy < w.out_height; ++oy)
    for (std::int64_t ox = 0; ox < w.out_width; ++ox) {
      const Extent rows(oy, w.height, w), columns(ox, w.width, w);
      const std::int64_t out = (oy * w.out_width + ox) * kLanes;
      T rest = load_as<T>(dy + out);
      const T top = load_as<T>(y + out);
      for (std::int64_t iy = rows.begin; iy < rows.end; ++iy)
        for (std::int64_t ix = columns.begin; ix < columns.end; ++ix) {
          const std::int64_t in = (iy * w.width + ix) * kLanes;
          store_as(dx + in, load_as<T>(dx + in) + take(load_as<T>(x + in), top, rest));
        }
    }
}

template <class T>
inline void average_pool(const PoolWindow& w, const float* x, float* y) {
  constexpr std::int64_t kLanes = sizeof(T) / sizeof(float);
  const float factor = 1.0f / static_cast<float>(w.size * w.size);
  for (std::int64_t oy = 0; oy < w.out_height; ++oy)
    for (std::int64_t ox = 0; ox < w.out_width; ++ox) {
      T total{};
      for (std::int64_t iy = oy * w.stride; iy < oy * w.stride + w.size; ++iy)
        for (std::int64_t ix = ox * w.stride; ix < ox * w.stride + w.size; ++ix)
          total += load_as<T>(x + (iy * w.width + ix) * kLanes);
      store_as(y + (oy * w.out_width + ox) * kLanes, total * factor);
    }
}

/// dx must be zero.
template <class T>
inline void average_pool_gradient(const PoolWindow& w, const float* dy, float* dx) {
  constexpr std::int64_t kLanes = sizeof(T) / sizeof(float);
  const float factor = 1.0f / static_cast<float>(w.size * w.size);
  for (std::int64_t oy = 0; oy < w.out_height; ++oy)
    for (std::int64_t ox = 0; ox < w.out_width; ++ox) {
      const T part = load_as<T>(dy + (oy * w.out_width + ox) * kLanes) * factor;
      for (std::int64_t iy = oy * w.stride; iy < oy * w.stride + w.size; ++iy)
        for (std::int64_t ix = ox * w.stride; ix < ox * w.stride + w.size; ++ix) {
          float* at = dx + (iy * w.width + ix) * kLanes;
          store_as(at, load_as<T>(at) + part);
        }
    }
}

}  // namespace
