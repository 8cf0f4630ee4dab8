// Convolutions of images with few channels and their gradients, of which oneDNN multiplies all the padding or
// has slow forms only. y and dy are blocked.
#pragma once

#include "adapter.h"
#include "plan.h"

namespace gramstack::onednn {

/// Whether these kernels are for this direction of the convolution. Layouts do not count.
bool has_few_channels(Direction direction, const ConvolutionShape& shape);

/// Operands as Convolution::run has them. REQUIRES: has_few_channels; y, and for the data gradient x, blocked.
Run prepare_few_channels(Preparation& preparation, Direction direction, const ConvolutionShape& shape,
                         const float* bias);

}  // namespace gramstack::onednn
