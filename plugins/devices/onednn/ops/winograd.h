// Convolutions by the Winograd kernels of wide/.
#pragma once

#include "adapter.h"
#include "plan.h"

namespace gramstack::onednn {

/// Whether there are kernels for this convolution on this processor, and the settings or their speed speak for them.
bool prefers_winograd(const Settings& settings, const ConvolutionShape& shape);

/// REQUIRES: prefers_winograd. Operands as Convolution::run's; no bias.
Run prepare_winograd(Preparation& preparation, Direction direction, const ConvolutionShape& shape);

/// Whether the next two can: no copies of operands are wanted.
bool winograd_takes_normalization(const ConvolutionShape& shape);

/// The same of relu(normalised x); the inputs behind the two operands are scale, shift, mean and variance.
/// REQUIRES: prefers_winograd, winograd_takes_normalization; forward or weight gradient.
Run prepare_winograd_normalizing(Preparation& preparation, Direction direction, const ConvolutionShape& shape);

/// The same for "conv2d_normalized" (fold.h). REQUIRES: prefers_winograd, winograd_takes_normalization.
Run prepare_winograd_normalized(Preparation& preparation, const ConvolutionShape& shape);

/// Whether the first two can give mean and variance of a forward result, as outputs 1 and 2 (statistics.h): no copies
/// of operands are wanted, and no tile hangs over the edge.
bool winograd_gives_statistics(const ConvolutionShape& shape);

}  // namespace gramstack::onednn
