// Pass "statistics": convolutions that can sum their result as they store it give its mean and variance too. The
// normalisation behind them is left with one pass over its source, or with none:
//   conv2d(x, weights) statistics=1 -> y, mean, variance; so conv2d_normalizing
//   batch_norm becomes batch_norm_inference, batch_norm_statistics vanishes
#pragma once

#include "program.h"
#include "settings.h"

namespace gramstack::onednn {

inline constexpr const char* kWithStatistics = "statistics";

/// After defer_normalization, before memory is assigned.
void fuse_statistics(Program& program, const Settings& settings);

}  // namespace gramstack::onednn
