// Convolutions of images with few channels, and their weight gradients. Private to kernels/table.cpp.
#pragma once

#include <array>
#include <utility>

#include "kernels/table.h"
#include "kernels/vector.h"

namespace {

using gramstack::onednn::FewChannels;

/// body(begin, end) for pieces of a row, of nearly equal width and at most `most` pixels each.
template <class Body>
inline void cut_row(std::int64_t width, std::int64_t most, const Body& body) {
  const std::int64_t pieces = (width + most - 1) / most;
  for (std::int64_t i = 0; i < pieces; ++i) body(width * i / pieces, width * (i + 1) / pieces);
}

/// kPixels pixels in a row of y, from those of x at `x` on: all their sums stay in registers.
template <int kPixel, int kGroups, int kPixels>
void convolve_pixels(const FewChannels& t, const float* x, const float* weights, const float* bias, float* y,
                     std::int64_t y_plane) {
  Float8 sums[kGroups][kPixels];
  for (int g = 0; g < kGroups; ++g)
    for (int p = 0; p < kPixels; ++p) sums[g][p] = load(bias + g * 8);
  for (std::int64_t c = 0; c < t.channels; ++c)
    for (std::int64_t ry = 0; ry < t.size; ++ry) {
      const float* at = x + t.channel(c) + ry * t.pitch;
      for (std::int64_t rx = 0; rx < t.size; ++rx, at += kPixel, weights += kGroups * 8)
        for (int p = 0; p < kPixels; ++p) {
          const Float8 value = splat(at[p * kPixel]);
          for (int g = 0; g < kGroups; ++g) sums[g][p] += value * load(weights + g * 8);
        }
    }
  for (int g = 0; g < kGroups; ++g)
    for (int p = 0; p < kPixels; ++p) store_as(y + g * y_plane + p * 8, sums[g][p]);
}

using ConvolvePixels = void (*)(const FewChannels&, const float*, const float*, const float*, float*, std::int64_t);

/// For 1, 2, ... pixels; with two groups half as many sums have registers.
template <int kPixel, int kGroups, int... kCounts>
constexpr std::array<ConvolvePixels, sizeof...(kCounts)> pixel_kernels(std::integer_sequence<int, kCounts...>) {
  return {convolve_pixels<kPixel, kGroups, kCounts + 1>...};
}

template <int kPixel, int kGroups>
void convolve(const FewChannels& t, const float* x, const float* weights, const float* bias, float* y,
              std::int64_t y_plane) {
  constexpr int kMost = 12 / kGroups;
  static constexpr std::array<ConvolvePixels, kMost> kKernels =
      pixel_kernels<kPixel, kGroups>(std::make_integer_sequence<int, kMost>());
  for (std::int64_t oy = 0; oy < t.out_height; ++oy)
    cut_row(t.out_width, kMost, [&](std::int64_t ox, std::int64_t end) {
      kKernels[static_cast<std::size_t>(end - ox - 1)](t, x + oy * t.pitch + ox * kPixel, weights, bias,
                                                       y + (oy * t.out_width + ox) * 8, y_plane);
    });
}

void few_channels_forward(const FewChannels& t, const float* x, const float* weights, const float* bias, int groups,
                          float* y, std::int64_t y_plane) {
  if (t.pixel == 1) return (groups == 1 ? convolve<1, 1> : convolve<1, 2>)(t, x, weights, bias, y, y_plane);
  return (groups == 1 ? convolve<8, 1> : convolve<8, 2>)(t, x, weights, bias, y, y_plane);
}

/// What kPixels pixels of dy in a row give to those of dx that they are made of: all their sums stay in registers.
template <int kSize, int kPixels>
void scatter_pixels(const FewChannels& t, const float* dy, std::int64_t dy_plane, std::int64_t filters,
                    const float* weights, std::int64_t y, float* dx) {
  constexpr int kSums = kPixels + kSize - 1;
  Float8 sums[kSums];
  for (int p = 0; p < kSums; ++p) sums[p] = load(dx + p * 8);
  for (std::int64_t ry = 0; ry < kSize; ++ry) {
    const std::int64_t oy = y - ry;
    if (oy < 0 || oy >= t.out_height) continue;
    const float* taps = weights + ry * filters * kSize * 8;
    for (std::int64_t k = 0; k < filters; ++k, taps += kSize * 8) {
      const float* from = dy + k / 8 * dy_plane + oy * t.out_width * 8 + k % 8;
#pragma GCC unroll 8
      for (int rx = 0; rx < kSize; ++rx) {
        const Float8 tap = load(taps + rx * 8);
#pragma GCC unroll 16
        for (int p = 0; p < kPixels; ++p) sums[p + rx] += tap * splat(from[p * 8]);
      }
    }
  }
  for (int p = 0; p < kSums; ++p) store_as(dx + p * 8, sums[p]);
}

using ScatterPixels = void (*)(const FewChannels&, const float*, std::int64_t, std::int64_t, const float*, std::int64_t,
                               float*);

template <int kSize, int... kCounts>
constexpr std::array<ScatterPixels, sizeof...(kCounts)> scatter_kernels(std::integer_sequence<int, kCounts...>) {
  return {scatter_pixels<kSize, kCounts + 1>...};
}

template <int kSize>
void scatter(const FewChannels& t, const float* dy, std::int64_t dy_plane, std::int64_t filters, const float* weights,
             std::int64_t y, float* dx) {
  constexpr int kMost = 14 - (kSize - 1);
  static constexpr std::array<ScatterPixels, kMost> kKernels =
      scatter_kernels<kSize>(std::make_integer_sequence<int, kMost>());
  cut_row(t.out_width, kMost, [&](std::int64_t ox, std::int64_t end) {
    kKernels[static_cast<std::size_t>(end - ox - 1)](t, dy + ox * 8, dy_plane, filters, weights, y, dx + ox * 8);
  });
}

void few_channels_data_gradient(const FewChannels& t, const float* dy, std::int64_t dy_plane, std::int64_t filters,
                                const float* weights, std::int64_t y, float* dx) {
  if (t.size == 3) return scatter<3>(t, dy, dy_plane, filters, weights, y, dx);
  return (t.size == 5 ? scatter<5> : scatter<7>)(t, dy, dy_plane, filters, weights, y, dx);
}

/// kRows rows of kSize taps each: all their sums stay in registers while dy is read once.
template <int kPixel, int kSize, int kRows>
inline void add_taps(const FewChannels& t, const float* x, const float* dy, float* dw) {
  Float8 sums[kRows][kSize] = {};
  for (std::int64_t oy = 0; oy < t.out_height; ++oy) {
    const float* row = x + oy * t.stride * t.pitch;
    for (std::int64_t ox = 0; ox < t.out_width; ++ox) {
      const Float8 d = load(dy + (oy * t.out_width + ox) * 8);
      const float* at = row + ox * t.stride * kPixel;
      for (int ry = 0; ry < kRows; ++ry)
        for (int rx = 0; rx < kSize; ++rx) sums[ry][rx] += d * splat(at[ry * t.pitch + rx * kPixel]);
    }
  }
  for (int ry = 0; ry < kRows; ++ry)
    for (int rx = 0; rx < kSize; ++rx) {
      float* to = dw + (ry * kSize + rx) * 8;
      store_as(to, load(to) + sums[ry][rx]);
    }
}

template <int kPixel, int kSize>
inline void add_weight_gradient(const FewChannels& t, const float* x, const float* dy, float* dw) {
  for (std::int64_t c = 0; c < t.channels; ++c) {
    const float* plane = x + t.channel(c);
    float* const taps = dw + c * kSize * kSize * 8;
    int ry = 0;
    if constexpr (kSize <= 5)
      for (; ry + 2 <= kSize; ry += 2) add_taps<kPixel, kSize, 2>(t, plane + ry * t.pitch, dy, taps + ry * kSize * 8);
    for (; ry < kSize; ++ry) add_taps<kPixel, kSize, 1>(t, plane + ry * t.pitch, dy, taps + ry * kSize * 8);
  }
}

using AddWeightGradient = void (*)(const FewChannels&, const float*, const float*, float*);

/// For windows of 1, 2, ...
template <int kPixel, int... kSizes>
constexpr std::array<AddWeightGradient, sizeof...(kSizes)> size_kernels(std::integer_sequence<int, kSizes...>) {
  return {add_weight_gradient<kPixel, kSizes + 1>...};
}

void few_channels_weight_gradient(const FewChannels& t, const float* x, const float* dy, float* dw) {
  using Sizes = std::make_integer_sequence<int, gramstack::onednn::kMostTaps>;
  static constexpr std::array<AddWeightGradient, gramstack::onednn::kMostTaps> kPlain = size_kernels<1>(Sizes()),
                                                                               kBlocked = size_kernels<8>(Sizes());
  (t.pixel == 1 ? kPlain : kBlocked)[static_cast<std::size_t>(t.size - 1)](t, x, dy, dw);
}

}  // namespace
