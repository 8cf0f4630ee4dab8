// Blocked tensors as kernels for sixteen channels want them: with an even number of blocks of eight.
#pragma once

#include "program.h"

namespace gramstack::onednn {

/// A blocked tensor [images][blocks][pixels][8], and its copy with one more block of zeros where `blocks` is odd.
struct EvenBlocks {
  Index images, blocks, pixels;

  bool odd() const { return blocks % 2 != 0; }
  /// Of the copy; 0: none is wanted.
  Index floats() const { return odd() ? images * (blocks + 1) * pixels * kBlock : 0; }
  /// Fills the copy.
  void widen(const float* tensor, float* copy, int threads) const;
  /// The tensor from its copy.
  void narrow(const float* copy, float* tensor, int threads) const;
};

/// Filters [filters][channels][taps] with channels and filters rounded up to sixteens, the added ones zero.
struct WideFilters {
  Index filters, channels, taps;

  static Index rounded(Index count) { return (count + 15) / 16 * 16; }
  bool needed() const { return filters % 16 != 0 || channels % 16 != 0; }
  Index floats() const { return needed() ? rounded(filters) * rounded(channels) * taps : 0; }
  void widen(const float* plain, float* copy) const;
  void narrow(const float* copy, float* plain) const;
};

}  // namespace gramstack::onednn
