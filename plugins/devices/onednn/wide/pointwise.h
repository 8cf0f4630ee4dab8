// Convolutions with 1x1 filters, without padding, fp32: the same product of matrices at every pixel.
//
// Activations are nChw8c: [n][c/8][h][w][8]; weights are plain [k][c]. Forward and data gradient: bits depend neither
// on the number of threads nor on the instruction set. Weight gradient: every thread sums over pixels of its own.
#pragma once

#include <cstddef>

#include "problem.h"

namespace gramstack::pointwise {

using wide::Pass;
using wide::Problem;

/// Whether the kernels can do this problem: channels are multiples of 16.
inline bool supports(const Problem& problem) { return problem.inputs % 16 == 0 && problem.outputs % 16 == 0; }

/// Scratch is 64-byte aligned, all other tensors at least 32-byte aligned.
struct Kernels {
  /// Floats of the scratch of one pass.
  std::size_t (*workspace_size)(const Problem& problem, Pass pass, int threads);

  void (*forward)(const Problem& problem, const float* source, const float* weights, float* destination,
                  float* workspace, int threads);

  /// d(source) from d(destination).
  void (*data_gradient)(const Problem& problem, const float* gradient, const float* weights, float* source_gradient,
                        float* workspace, int threads);

  /// d(weights) from the source and d(destination).
  void (*weight_gradient)(const Problem& problem, const float* source, const float* gradient, float* weights,
                          float* workspace, int threads);
};

}  // namespace gramstack::pointwise
