// The weight gradient of a convolution whose images have one or two channels, which oneDNN has in slow forms only:
// x plain, dy blocked.
#pragma once

#include "adapter.h"
#include "plan.h"

namespace gramstack::onednn {

/// Whether it is for this convolution.
bool has_few_channels(Index channels, Index size);

/// REQUIRES: has_few_channels, shape.x plain, shape.y blocked.
Run prepare_few_channels(Preparation& preparation, const ConvolutionShape& shape);

}  // namespace gramstack::onednn
