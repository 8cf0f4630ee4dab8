#include "ops/even_blocks.h"

#include <algorithm>

#include "threads.h"

namespace gramstack::onednn {

void EvenBlocks::widen(const float* tensor, float* copy, int threads) const {
  const Index image = blocks * pixels * kBlock, added = pixels * kBlock;
  parallel_range(parts_for(images * image, threads), images, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      float* const to = copy + i * (image + added);
      std::copy_n(tensor + i * image, image, to);
      std::fill_n(to + image, added, 0.0f);
    }
  });
}

void EvenBlocks::narrow(const float* copy, float* tensor, int threads) const {
  const Index image = blocks * pixels * kBlock, added = pixels * kBlock;
  parallel_range(parts_for(images * image, threads), images, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) std::copy_n(copy + i * (image + added), image, tensor + i * image);
  });
}

void WideFilters::widen(const float* plain, float* copy) const {
  std::fill_n(copy, floats(), 0.0f);
  for (Index k = 0; k < filters; ++k)
    std::copy_n(plain + k * channels * taps, channels * taps, copy + k * rounded(channels) * taps);
}

void WideFilters::narrow(const float* copy, float* plain) const {
  for (Index k = 0; k < filters; ++k)
    std::copy_n(copy + k * rounded(channels) * taps, channels * taps, plain + k * channels * taps);
}

}  // namespace gramstack::onednn
