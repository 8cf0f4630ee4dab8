// Pooling of one image and one group of channels: kLanes channels side by side. Private to kernels/table.cpp.
#pragma once

#include "kernels/table.h"
#include "kernels/vector.h"

namespace {

using gramstack::onednn::PoolWindow;

template <class T>
inline T load_as(const float* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

template <class T>
inline void store_as(float* p, T v) {
  std::memcpy(p, &v, sizeof v);
}

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

template <class T>
inline void max_pool(const PoolWindow& w, const float* x, float* y) {
  constexpr std::int64_t kLanes = sizeof(T) / sizeof(float);
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

inline void give(const float* x, float y, float* dx, float& dy) {
  if (*x == y) *dx += dy, dy = 0.0f;
}
inline void give(const float* x, Float8 y, float* dx, Float8& dy) {
  const Mask8 here = load(x) == y;
  store(dx, load(dx) + where(here, dy));
  dy = where(~here, dy);
}

/// The first pixel of the window that equals its maximum gets the gradient. dx must be zero.
template <class T>
inline void max_pool_gradient(const PoolWindow& w, const float* dy, const float* x, const float* y, float* dx) {
  constexpr std::int64_t kLanes = sizeof(T) / sizeof(float);
  for (std::int64_t oy = 0; oy < w.out_height; ++oy)
    for (std::int64_t ox = 0; ox < w.out_width; ++ox) {
      const Extent rows(oy, w.height, w), columns(ox, w.width, w);
      const std::int64_t out = (oy * w.out_width + ox) * kLanes;
      T rest = load_as<T>(dy + out);
      const T top = load_as<T>(y + out);
      for (std::int64_t iy = rows.begin; iy < rows.end; ++iy)
        for (std::int64_t ix = columns.begin; ix < columns.end; ++ix) {
          const std::int64_t in = (iy * w.width + ix) * kLanes;
          give(x + in, top, dx + in, rest);
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
