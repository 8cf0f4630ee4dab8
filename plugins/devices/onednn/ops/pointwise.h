// Convolutions with 1x1 filters by the kernels of wide/.
#pragma once

#include "adapter.h"
#include "plan.h"

namespace gramstack::onednn {

/// Whether there are kernels for this convolution on this processor, and the settings do not speak against them.
bool prefers_pointwise(const Settings& settings, const ConvolutionShape& shape);

/// REQUIRES: prefers_pointwise. Operands as Convolution::run's; no bias.
Run prepare_pointwise(Preparation& preparation, Direction direction, const ConvolutionShape& shape);

}  // namespace gramstack::onednn
