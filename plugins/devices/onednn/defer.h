// Pass "defer": where only convolutions that can normalise their source as they read it want the result of a batch
// normalisation with ReLU, that result is never stored. What is left:
//   batch_norm_statistics(x) -> mean, variance
//   conv2d_normalizing(x, weights, scale, shift, mean, variance)
//   conv2d_weight_gradient_normalizing(x, dy, scale, shift, mean, variance)
//   batch_norm_gradient, which makes its mask of x (common/normalization.h)
// Half of the normalisations of a residual network are like that.
#pragma once

#include "program.h"
#include "settings.h"

namespace gramstack::onednn {

/// After layouts are assigned, before memory is.
void defer_normalization(Program& program, const Settings& settings);

}  // namespace gramstack::onednn
