// Winograd convolutions with 3x3 filters, padding 1 and stride 1 or 2, fp32 (Lavin & Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2015).
//
// Stride 1 is F(4x4,3x3): a tile of 4x4 outputs costs 36 multiplications a channel pair instead of 144. Stride 2 is
// split into the four phases of the source, each with a filter of at most 2x2, and done as F(4x4,2x2) over four times
// the channels. Phases with fewer taps vanish at some of the 25 points: 81 multiplications instead of 144.
//
// Activations are nChw8c: [n][c/8][h][w][8]; weights of the layer are plain [k][c][3][3]. Any height and width: tiles
// that hang over the edge read zeros and store what lies inside. Bits depend neither on the number of threads nor on
// the instruction set.
#pragma once

#include <cstddef>

#include "problem.h"

namespace gramstack::winograd {

using wide::Pass;
using wide::Problem;

/// Whether the kernels can do this problem: channels are multiples of 16.
inline bool supports(const Problem& problem) {
  return problem.inputs % 16 == 0 && problem.outputs % 16 == 0 && (problem.stride == 1 || problem.stride == 2);
}

/// What becomes of an input when it is read: relu(factor x + shift). Zeros beyond the edge stay zeros.
struct Prologue {
  const float* factor = nullptr;  ///< [inputs], 64-byte aligned; nullptr: nothing is done
  const float* shift = nullptr;   ///< [inputs], aligned alike
};

/// What becomes of an output before it is stored: relu(factor y + shift + addend).
struct Epilogue {
  const float* factor = nullptr;  ///< [outputs], 64-byte aligned; nullptr: nothing is done
  const float* shift = nullptr;   ///< [outputs], aligned alike
  const float* add = nullptr;     ///< laid out as the destination; nullptr: none
  bool relu = false;
  /// What statistics of outputs without a factor are made of, of every kSummedTiles tiles of 4x4 in turn:
  /// [groups][3][outputs], a value c of theirs, the sum of y - c and that of its square. 64-byte aligned; nullptr: not
  /// wanted. REQUIRES: the output's height and width are multiples of 4.
  float* sums = nullptr;
};

constexpr std::int64_t kSummedTiles = 8;  // in f32

/// Scratch, prologues and epilogues are 64-byte aligned, weights not at all, all other tensors 32-byte aligned.
struct Kernels {
  /// Floats of the scratch of one pass.
  std::size_t (*workspace_size)(const Problem& problem, Pass pass, int threads);

  void (*forward)(const Problem& problem, const float* source, const float* weights, float* destination,
                  float* workspace, int threads, const Prologue& prologue, const Epilogue& epilogue);

  /// d(source) from d(destination).
  void (*data_gradient)(const Problem& problem, const float* gradient, const float* weights, float* source_gradient,
                        float* workspace, int threads);

  /// d(weights), plain [k][c][3][3], from the source and d(destination).
  void (*weight_gradient)(const Problem& problem, const float* source, const float* gradient, float* weights,
                          float* workspace, int threads, const Prologue& prologue);
};

}  // namespace gramstack::winograd
