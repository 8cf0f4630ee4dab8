// Convolutions of images whose few channels fill no vector, and their gradients, fp32: vectors are of filters, for the
// data gradient of channels. Every sum is made in one fixed order: bits do not depend on the instruction set.
#pragma once

#include <cstdint>

namespace gramstack::few_channels {

inline constexpr std::int64_t kMostTaps = 7;  ///< in a row of a window of weight_gradient

/// One image x with its border, plain or blocked: neighbouring pixels are 1 or 8 floats apart, rows `pitch`, planes of
/// a channel or of a block of them `plane`. y and its gradient are blocks of filters, [height][width][8].
struct Image {
  std::int64_t channels = 0, size = 0, stride = 1, pixel = 1, pitch = 0, plane = 0, out_height = 0, out_width = 0;
  /// Where channel c begins.
  std::int64_t channel(std::int64_t c) const { return pixel == 1 ? c * plane : c / 8 * plane + c % 8; }
};

/// Filters of one image: `count` blocks of eight, 1 or 2, `apart` floats from one to the next.
template <class Float>
struct Filters {
  Float* data;
  int count;
  std::int64_t apart;
};

/// One or two neighbouring rows of an image, its border included.
struct Rows {
  std::int64_t first;
  int count;
};

struct Kernels {
  /// Weights are [channels][size][size][y.count][8], bias [y.count][8]. REQUIRES: stride 1.
  void (*forward)(const Image&, const float* x, const float* weights, const float* bias, const Filters<float>& y);
  /// Rows of the gradient dx, their borders included: [rows.count][pitch / pixel][8], zero before. dy are blocks of
  /// filters `dy_plane` floats apart; weights are [size][filters][size][8]. REQUIRES: stride 1, size 3, 5 or 7.
  void (*data_gradient)(const Image&, const float* dy, std::int64_t dy_plane, std::int64_t filters,
                        const float* weights, const Rows& rows, float* dx);
  /// Adds the image's part of the weight gradient, [channels][size][size][8] for each block of filters, `dw_block`
  /// floats apart.
  void (*weight_gradient)(const Image&, const float* x, const Filters<const float>& dy, float* dw,
                          std::int64_t dw_block);
};

}  // namespace gramstack::few_channels
