// The weight gradient of a convolution of images with few channels. Private to kernels/table.cpp.
#pragma once

#include "kernels/table.h"
#include "kernels/vector.h"

namespace {

using gramstack::onednn::FewChannels;

/// kRows rows of kSize taps each: all their sums stay in registers while dy is read once.
template <int kSize, int kRows>
inline void add_taps(const FewChannels& t, const float* x, const float* dy, float* dw) {
  Float8 sums[kRows][kSize] = {};
  for (std::int64_t oy = 0; oy < t.out_height; ++oy) {
    const float* row = x + oy * t.stride * t.pitch;
    for (std::int64_t ox = 0; ox < t.out_width; ++ox) {
      const Float8 d = load(dy + (oy * t.out_width + ox) * 8);
      const float* at = row + ox * t.stride;
      for (int ry = 0; ry < kRows; ++ry)
        for (int rx = 0; rx < kSize; ++rx) sums[ry][rx] += d * splat(at[ry * t.pitch + rx]);
    }
  }
  for (int ry = 0; ry < kRows; ++ry)
    for (int rx = 0; rx < kSize; ++rx) {
      float* to = dw + (ry * kSize + rx) * 8;
      store_as(to, load(to) + sums[ry][rx]);
    }
}

template <int kSize>
inline void add_weight_gradient(const FewChannels& t, const float* x, const float* dy, float* dw) {
  for (std::int64_t c = 0; c < t.channels; ++c) {
    const float* plane = x + c * t.plane;
    float* const taps = dw + c * kSize * kSize * 8;
    int ry = 0;
    if constexpr (kSize <= 5)
      for (; ry + 2 <= kSize; ry += 2) add_taps<kSize, 2>(t, plane + ry * t.pitch, dy, taps + ry * kSize * 8);
    for (; ry < kSize; ++ry) add_taps<kSize, 1>(t, plane + ry * t.pitch, dy, taps + ry * kSize * 8);
  }
}

void few_channels_weight_gradient(const FewChannels& t, const float* x, const float* dy, float* dw) {
  switch (t.size) {
    case 1:
      return add_weight_gradient<1>(t, x, dy, dw);
    case 2:
      return add_weight_gradient<2>(t, x, dy, dw);
    case 3:
      return add_weight_gradient<3>(t, x, dy, dw);
    case 4:
      return add_weight_gradient<4>(t, x, dy, dw);
    case 5:
      return add_weight_gradient<5>(t, x, dy, dw);
    case 6:
      return add_weight_gradient<6>(t, x, dy, dw);
    case 7:
      return add_weight_gradient<7>(t, x, dy, dw);
  }
}

}  // namespace
