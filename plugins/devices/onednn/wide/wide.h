// Kernels that are compiled once for every set of wide vector instructions.
#pragma once

#include <span>

#include "few_channels.h"
#include "matrix.h"
#include "pointwise.h"
#include "winograd.h"

namespace gramstack::wide {

struct Kernels {
  const char* instruction_set;  ///< "avx512", "avx2"
  winograd::Kernels winograd;
  pointwise::Kernels pointwise;
  matrix::Kernels matrix;
  few_channels::Kernels few_channels;
  /// As many multiplications and additions in registers as the processor can do: `operations_of_a_round` a round.
  void (*multiply_and_add)(std::int64_t rounds);
  std::int64_t operations_of_a_round;
};

/// The tables of all instruction sets that this processor has, widest first.
std::span<const Kernels* const> available();

/// The widest one; nullptr: none.
const Kernels* best();

}  // namespace gramstack::wide
