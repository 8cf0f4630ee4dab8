// What passes ask about convolutions.
#pragma once

#include "program.h"
#include "settings.h"

namespace gramstack::onednn {

/// Whether this instruction is a convolution or its weight gradient, and can normalise its source as it reads it.
bool can_normalize_source(const Program& program, const Instruction& instruction, const Settings& settings);

/// Whether this instruction is a convolution that can give the statistics of its result (statistics.h).
bool can_give_statistics(const Program& program, const Instruction& instruction, const Settings& settings);

}  // namespace gramstack::onednn
