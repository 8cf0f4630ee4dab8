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

/// What the data gradient is made of.
struct Source {
  const float* dy;
  std::int64_t dy_plane, filters;
  const float* weights;

  /// A row of dy of filter k; of a row that there is not, `zeros`.
  const float* row(const Image& t, std::int64_t k, std::int64_t y, std::int64_t x, const float* zeros) const {
    const bool inside = y >= 0 && y < t.out_height;
    return inside ? dy + k / 8 * dy_plane + (y * t.out_width + x) * 8 + k % 8 : zeros;
  }
};

/// What kPixels pixels of rows of dy, from column x on, give to those of row y of dx that they are made of: all their
/// sums stay in registers.
template <int kSize, int kPixels>
struct OneRow {
  static void scatter(const Image& t, const Source& s, std::int64_t y, std::int64_t x, float* dx) {
    constexpr int kSums = kPixels + kSize - 1;
    Blocks<1> sums[kSums];
    for (int p = 0; p < kSums; ++p) sums[p] = Blocks<1>::load(dx + (x + p) * 8, 0);
    for (std::int64_t ry = 0; ry < kSize; ++ry) {
      if (y - ry < 0 || y - ry >= t.out_height) continue;
      const float* taps = s.weights + ry * s.filters * kSize * 8;
      for (std::int64_t k = 0; k < s.filters; ++k, taps += kSize * 8) {
        const float* from = s.row(t, k, y - ry, x, nullptr);
#pragma GCC unroll 8
        for (int rx = 0; rx < kSize; ++rx) {
          const Blocks<1> tap = Blocks<1>::load(taps + rx * 8, 0);
#pragma GCC unroll 16
          for (int p = 0; p < kPixels; ++p) sums[p + rx].add_product(from[p * 8], tap);
        }
      }
    }
    for (int p = 0; p < kSums; ++p) sums[p].store(dx + (x + p) * 8, 0);
  }
};

/// The same of rows y and y + 1, where there are registers for the pixels of dy as well.
template <int kSize, int kPixels>
struct TwoRows {
  static void scatter(const Image& t, const Source& s, std::int64_t y, std::int64_t x, float* dx) {
    constexpr int kSums = kPixels + kSize - 1;
    static constexpr float kZeros[kPixels * 8] = {};
    Blocks<2> sums[kSums];
    for (int p = 0; p < kSums; ++p) sums[p] = Blocks<2>::load(dx + (x + p) * 8, t.pitch);
    for (std::int64_t ry = 0; ry < kSize; ++ry) {
      if (y + 1 - ry < 0 || y - ry >= t.out_height) continue;
      const float* taps = s.weights + ry * s.filters * kSize * 8;
      for (std::int64_t k = 0; k < s.filters; ++k, taps += kSize * 8) {
        const float *upper = s.row(t, k, y - ry, x, kZeros), *lower = s.row(t, k, y + 1 - ry, x, kZeros);
        Blocks<2> pixels[kPixels];
#pragma GCC unroll 16
        for (int p = 0; p < kPixels; ++p) pixels[p] = Blocks<2>::splat(upper[p * 8], lower[p * 8]);
#pragma GCC unroll 8
        for (int rx = 0; rx < kSize; ++rx) {
          const Blocks<2> tap = Blocks<2>::load(taps + rx * 8, 0);
#pragma GCC unroll 16
          for (int p = 0; p < kPixels; ++p) sums[p + rx].add_product(pixels[p], tap);
        }
      }
    }
    for (int p = 0; p < kSums; ++p) sums[p].store(dx + (x + p) * 8, t.pitch);
  }
};

using Scatter = void (*)(const Image&, const Source&, std::int64_t, std::int64_t, float*);

/// For 1, 2, ... pixels.
template <template <int, int> class Way, int kSize, int... kPixels>
constexpr std::array<Scatter, sizeof...(kPixels)> scatter_kernels(std::integer_sequence<int, kPixels...>) {
  return {Way<kSize, kPixels + 1>::scatter...};
}

template <template <int, int> class Way, int kSize>
void scatter_row(const Image& t, const Source& s, std::int64_t y, float* dx) {
  constexpr int kMost = 14 - (kSize - 1);
  static constexpr std::array<Scatter, kMost> kKernels =
      scatter_kernels<Way, kSize>(std::make_integer_sequence<int, kMost>());
  cut_row(t.out_width, kMost,
          [&](std::int64_t x, std::int64_t end) { kKernels[static_cast<std::size_t>(end - x - 1)](t, s, y, x, dx); });
}

template <int kSize>
void scatter(const Image& t, const Source& s, const Rows& rows, float* dx) {
  if constexpr (Blocks<2>::kRegisters == 1)
    if (rows.count == 2) return scatter_row<TwoRows, kSize>(t, s, rows.first, dx);
  for (int i = 0; i < rows.count; ++i) scatter_row<OneRow, kSize>(t, s, rows.first + i, dx + i * t.pitch);
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
                   const Rows& rows, float* dx) {
  const Source source{dy, dy_plane, filters, weights};
  if (t.size == 3) return scatter<3>(t, source, rows, dx);
  return (t.size == 5 ? scatter<5> : scatter<7>)(t, source, rows, dx);
}

void weight_gradient(const Image& t, const float* x, const Filters<const float>& dy, float* dw, std::int64_t dw_block) {
  const Taps taps{x, dy.data, dy.apart, dw, dw_block};
  if (dy.count == 1) return add_weight_gradient<1>(t, taps);
  if constexpr (Blocks<2>::kRegisters == 1) return add_weight_gradient<2>(t, taps);
  add_weight_gradient<1>(t, taps);
  add_weight_gradient<1>(t, {x, dy.data + dy.apart, 0, dw + dw_block, 0});
}

}  // namespace gramstack::few_channels::GRAMSTACK_INSTRUCTION_SET
