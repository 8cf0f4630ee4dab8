// The vectorised kernels: functions over a range for one thread, as a table an instruction set.
#pragma once

#include <array>
#include <span>

#include "rules.h"

namespace gramstack::onednn {

/// One group of channels of a batch normalisation, one channel or eight side by side: image n's pixel i starts at
/// n * stride + i * (1 or 8).
struct NormForward {
  const float* x = nullptr;
  const float* add = nullptr;  ///< nullptr: nothing is added before the ReLU
  float* y = nullptr;
  Index stride = 0, pixels = 0;
  bool relu = false;
  bool stream = false;  ///< results are too many for the caches
};

struct NormBackward {
  const float* dy = nullptr;
  const float* dy2 = nullptr;  ///< nullptr: one gradient only
  const float* y = nullptr;    ///< nullptr: no ReLU, or mask_of_source; else its output, whose sign is the mask
  const float* x = nullptr;
  float* dx = nullptr;
  float* masked = nullptr;  ///< nullptr: not wanted; else the gradient behind the mask
  Index stride = 0, pixels = 0;
  bool mask_of_source = false;  ///< the sign of mask_factor x + mask_shift is the mask
  bool stream = false;
};

/// y = (x - mean) factor + shift; dx = factor g - (shift + slope (x - mean)).
struct NormCoefficients {
  std::array<double, 8> mean{}, factor{}, shift{}, slope{}, mask_factor{}, mask_shift{};
};

struct PoolWindow {
  Index height = 0, width = 0, out_height = 0, out_width = 0;
  Index size = 1, stride = 1, padding = 0;
};

/// Poolings of one image and one group of channels (one, or eight side by side).
struct PoolKernels {
  void (*max)(const PoolWindow&, const float* x, float* y);
  void (*max_gradient)(const PoolWindow&, const float* dy, const float* x, const float* y,
                       float* dx);  ///< dx is zero before
  void (*average)(const PoolWindow&, const float* x, float* y);
  void (*average_gradient)(const PoolWindow&, const float* dy, float* dx);  ///< adds to dx
};

/// Over images begin .. end - 1. Sums are two for each channel: those of all channels, then the second ones.
struct NormKernels {
  /// Of x - c and of its square, where c is the first x of the channel.
  void (*sums)(const NormForward&, Index begin, Index end, double* sums);
  void (*forward)(const NormForward&, Index begin, Index end, const NormCoefficients&);
  /// Of the gradient g before the ReLU, and of g (x - mean).
  void (*gradient_sums)(const NormBackward&, Index begin, Index end, const NormCoefficients&, double* sums);
  void (*backward)(const NormBackward&, Index begin, Index end, const NormCoefficients&);
};

struct Kernels {
  const char* instruction_set;  ///< "avx2" or "baseline"
  std::span<const Elementwise> elementwise;
  double (*sum)(const float* x, Index n);
  double (*dot)(const float* a, const float* b, Index n);
  float (*largest)(const float* x, Index n);  ///< n >= 1
  /// totals[j] += sum over i of rows[i * stride + j], j < width
  void (*add_rows)(const float* rows, Index count, Index stride, Index width, double* totals);
  NormKernels norm_one, norm_eight;  ///< one channel, or eight side by side
  PoolKernels pool_one, pool_eight;
};

namespace avx2 {
extern const Kernels kKernels;
}
namespace baseline {
extern const Kernels kKernels;
}

/// The table for this processor.
const Kernels& kernels();

/// The widest instructions that any kernel uses on this processor: "avx512", "avx2" or "baseline".
const char* instruction_set();

}  // namespace gramstack::onednn
