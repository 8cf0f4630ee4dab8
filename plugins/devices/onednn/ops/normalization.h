// Batch normalisation with given statistics, in place: for what has no kernel that does it on its way.
#pragma once

#include "plan.h"

namespace gramstack::onednn {

/// y = relu?(normalised y + addend?). Inputs `first` .. first + 3 of the instruction are scale, shift, mean, variance;
/// one more, if there is one, is the addend. y is output 0.
Run prepare_normalization_in_place(Preparation& preparation, std::size_t first);

}  // namespace gramstack::onednn
