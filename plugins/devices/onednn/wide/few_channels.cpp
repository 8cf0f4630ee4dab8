#include <algorithm>
#include <array>
#include <utility>

#include "blocks.h"
#include "kernels.h"

namespace gramstack::few_channels::GRAMSTACK_INSTRUCTION_SET {
namespace {

/// body(begin, end) for pieces of a row, of nearly equal width and at most `most` pixels each.
template <class Body>
inline void cut_row(std::int64_t width, std::int64_t most, const Body& body) {
  const std::int64_t pieces = (width + most - 1) / most;
  for (std::int64_t i = 0; i < pieces; ++i) body(width * i / pieces, width * (i + 1) / pieces);
}

/// kPixels pixels in a row of y, from those of x at `x` on: all their sums stay in registers.
template <int kPixel, int kCount, int kPixels>
void convolve_pixels(const Image& t, const float* x, const float* weights, const float* bias, float* y,
                     std::int64_t y_apart) {
  using Sum = Blocks<kCount>;
  Sum sums[kPixels];
  for (int p = 0; p < kPixels; ++p) sums[p] = Sum::load(bias, 8);
  for (std::int64_t c = 0; c < t.channels; ++c)
    for (std::int64_t ry = 0; ry < t.size; ++ry) {
      const float* at = x + t.channel(c) + ry * t.pitch;
      for (std::int64_t rx = 0; rx < t.size; ++rx, at += kPixel, weights += kCount * 8) {
        const Sum taps = Sum::load(weights, 8);
        for (int p = 0; p < kPixels; ++p) sums[p].add_product(at[p * kPixel], taps);
      }
    }
  for (int p = 0; p < kPixels; ++p) sums[p].store(y + p * 8, y_apart);
}

using ConvolvePixels = void (*)(const Image&, const float*, const float*, const float*, float*, std::int64_t);

/// For 1, 2, ... pixels.
template <int kPixel, int kCount, int... kPixels>
constexpr std::array<ConvolvePixels, sizeof...(kPixels)> pixel_kernels(std::integer_sequence<int, kPixels...>) {
  return {convolve_pixels<kPixel, kCount, kPixels + 1>...};
}

template <int kPixel, int kCount>
void convolve(const Image& t, const float* x, const float* weights, const float* bias, float* y, std::int64_t y_apart) {
  constexpr int kMost = std::min(14, kBlockRegisters / Blocks<kCount>::kRegisters);
  static constexpr std::array<ConvolvePixels, kMost> kKernels =
      pixel_kernels<kPixel, kCount>(std::make_integer_sequence<int, kMost>());
  for (std::int64_t oy = 0; oy < t.out_height; ++oy)
    cut_row(t.out_width, kMost, [&](std::int64_t ox, std::int64_t end) {
      kKernels[static_cast<std::size_t>(end - ox - 1)](t, x + oy * t.pitch + ox * kPixel, weights, bias,
                                                       y + (oy * t.out_width + ox) * 8, y_apart);
    });
}

/// What kPixels pixels of dy in a row give to those of dx that they are made of: all their sums stay in registers.
template <int kSize, int kPixels>
void scatter_pixels(const Image& t, const float* dy, std::int64_t dy_plane, std::int64_t filters, const float* weights,
                    std::int64_t y, float* dx) {
  constexpr int kSums = kPixels + kSize - 1;
  Blocks<1> sums[kSums];
  for (int p = 0; p < kSums; ++p) sums[p] = Blocks<1>::load(dx + p * 8, 0);
  for (std::int64_t ry = 0; ry < kSize; ++ry) {
    const std::int64_t oy = y - ry;
    if (oy < 0 || oy >= t.out_height) continue;
    const float* taps = weights + ry * filters * kSize * 8;
    for (std::int64_t k = 0; k < filters; ++k, taps += kSize * 8) {
      const float* from = dy + k / 8 * dy_plane + oy * t.out_width * 8 + k % 8;
#pragma GCC unroll 8
      for (int rx = 0; rx < kSize; ++rx) {
        const Blocks<1> tap = Blocks<1>::load(taps + rx * 8, 0);
#pragma GCC unroll 16
        for (int p = 0; p < kPixels; ++p) sums[p + rx].add_product(from[p * 8], tap);
      }
    }
  }
  for (int p = 0; p < kSums; ++p) sums[p].store(dx + p * 8, 0);
}

using ScatterPixels = void (*)(const Image&, const float*, std::int64_t, std::int64_t, const float*, std::int64_t,
                               float*);

template <int kSize, int... kPixels>
constexpr std::array<ScatterPixels, sizeof...(kPixels)> scatter_kernels(std::integer_sequence<int, kPixels...>) {
  return {scatter_pixels<kSize, kPixels + 1>...};
}

template <int kSize>
void scatter(const Image& t, const float* dy, std::int64_t dy_plane, std::int64_t filters, const float* weights,
             std::int64_t y, float* dx) {
  constexpr int kMost = 14 - (kSize - 1);
  static constexpr std::array<ScatterPixels, kMost> kKernels =
      scatter_kernels<kSize>(std::make_integer_sequence<int, kMost>());
  cut_row(t.out_width, kMost, [&](std::int64_t ox, std::int64_t end) {
    kKernels[static_cast<std::size_t>(end - ox - 1)](t, dy + ox * 8, dy_plane, filters, weights, y, dx + ox * 8);
  });
}

/// Where the weight gradient of blocks of filters is made of what.
struct Taps {
  const float *x, *dy;
  std::int64_t dy_apart;
  float* dw;
  std::int64_t dw_apart;
};

/// kRows rows of kSize taps each, from row `ry` on: all their sums stay in registers while dy is read once.
template <int kPixel, int kCount, int kSize, int kRows>
inline void add_rows(const Image& t, const Taps& taps, int ry) {
  using Sum = Blocks<kCount>;
  Sum sums[kRows][kSize];
  for (int r = 0; r < kRows; ++r)
    for (int rx = 0; rx < kSize; ++rx) sums[r][rx] = Sum::zero();
  for (std::int64_t oy = 0; oy < t.out_height; ++oy) {
    const float* at = taps.x + (oy * t.stride + ry) * t.pitch;
    for (std::int64_t ox = 0; ox < t.out_width; ++ox, at += t.stride * kPixel) {
      const Sum gradient = Sum::load(taps.dy + (oy * t.out_width + ox) * 8, taps.dy_apart);
      for (int r = 0; r < kRows; ++r)
        for (int rx = 0; rx < kSize; ++rx) sums[r][rx].add_product(at[r * t.pitch + rx * kPixel], gradient);
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int rx = 0; rx < kSize; ++rx) {
      float* const to = taps.dw + ((ry + r) * kSize + rx) * 8;
      sums[r][rx].add(Sum::load(to, taps.dw_apart));
      sums[r][rx].store(to, taps.dw_apart);
    }
}

template <int kPixel, int kCount, int kSize>
void add_taps(const Image& t, const Taps& taps) {
  constexpr int kRows = std::clamp(kBlockRegisters / Blocks<kCount>::kRegisters / kSize, 1, kSize);
  for (std::int64_t c = 0; c < t.channels; ++c) {
    Taps own = taps;
    own.x += t.channel(c);
    own.dw += c * kSize * kSize * 8;
    int ry = 0;
    for (; ry + kRows <= kSize; ry += kRows) add_rows<kPixel, kCount, kSize, kRows>(t, own, ry);
    if constexpr (kSize % kRows > 0) add_rows<kPixel, kCount, kSize, kSize % kRows>(t, own, ry);
  }
}

using AddTaps = void (*)(const Image&, const Taps&);

/// For windows of 1, 2, ...
template <int kPixel, int kCount, int... kSizes>
constexpr std::array<AddTaps, sizeof...(kSizes)> size_kernels(std::integer_sequence<int, kSizes...>) {
  return {add_taps<kPixel, kCount, kSizes + 1>...};
}

template <int kCount>
void add_weight_gradient(const Image& t, const Taps& taps) {
  using Sizes = std::make_integer_sequence<int, kMostTaps>;
  static constexpr std::array<AddTaps, kMostTaps> kPlain = size_kernels<1, kCount>(Sizes()),
                                                  kBlocked = size_kernels<8, kCount>(Sizes());
  (t.pixel == 1 ? kPlain : kBlocked)[static_cast<std::size_t>(t.size - 1)](t, taps);
}

}  // namespace

void forward(const Image& t, const float* x, const float* weights, const float* bias, const Filters<float>& y) {
  if (t.pixel == 1) return (y.count == 1 ? convolve<1, 1> : convolve<1, 2>)(t, x, weights, bias, y.data, y.apart);
  return (y.count == 1 ? convolve<8, 1> : convolve<8, 2>)(t, x, weights, bias, y.data, y.apart);
}

void data_gradient(const Image& t, const float* dy, std::int64_t dy_plane, std::int64_t filters, const float* weights,
                   std::int64_t y, float* dx) {
  if (t.size == 3) return scatter<3>(t, dy, dy_plane, filters, weights, y, dx);
  return (t.size == 5 ? scatter<5> : scatter<7>)(t, dy, dy_plane, filters, weights, y, dx);
}

void weight_gradient(const Image& t, const float* x, const Filters<const float>& dy, float* dw, std::int64_t dw_block) {
  const Taps taps{x, dy.data, dy.apart, dw, dw_block};
  if (dy.count == 1) return add_weight_gradient<1>(t, taps);
  if constexpr (Blocks<2>::kRegisters == 1) return add_weight_gradient<2>(t, taps);
  add_weight_gradient<1>(t, taps);
  add_weight_gradient<1>(t, {x, dy.data + dy.apart, 0, dw + dw_block, 0});
}

}  // namespace gramstack::few_channels::GRAMSTACK_INSTRUCTION_SET
