// Convolutions of images with few channels and their gradients, of which oneDNN multiplies all the padding or
// has slow forms only. y and dy are blocked.
#pragma once

#include "adapter.h"
#include "plan.h"

namespace gramstack::onednn {

/// Whether these kernels are for the convolution, or for its weight gradient. Layouts do not count.
bool convolves_few_channels(const ConvolutionShape& shape);
bool scatters_few_channels(const ConvolutionShape& shape);  ///< for its data gradient
bool sums_few_channels(const ConvolutionShape& shape);

/// REQUIRES: convolves_few_channels, shape.y blocked.
Run prepare_few_channels(Preparation& preparation, const ConvolutionShape& shape, const float* bias);
/// REQUIRES: scatters_few_channels, shape.x and shape.y blocked.
Run prepare_few_channels_data_gradient(Preparation& preparation, const ConvolutionShape& shape);
/// REQUIRES: sums_few_channels, shape.y blocked.
Run prepare_few_channels_weight_gradient(Preparation& preparation, const ConvolutionShape& shape);

}  // namespace gramstack::onednn
