// Passes "fuse" and "batch".
#pragma once

#include "common/program.h"

namespace gramstack::compiler {

/// Moves expressions that only updates and outputs depend on to the end, so that all of an optimizer's work stands
/// together.
void sink_updates(Program& program);

/// Batch normalisations take in the addition and the ReLU behind them, their gradients the sum and the mask before
/// them (ops/normalization.h).
void fuse_normalization(Program& program);

/// Joins elementwise instructions of one shape into one expression where an operand of the second is computed by the
/// first and nothing between them needs a result of the first: memory is passed once.
void fuse_elementwise(Program& program);

/// Neighbouring expressions that do not depend on each other become one instruction: one parallel region.
void batch_elementwise(Program& program);

}  // namespace gramstack::compiler
