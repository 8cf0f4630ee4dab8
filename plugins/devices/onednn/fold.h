// Pass "fold": a batch normalisation with given statistics, right behind the convolution that it normalises, becomes a
// part of it: conv2d_normalized(x, weights, scale, shift, mean, variance[, addend]), with the attributes of both.
// Frozen modules are full of them, and their images pass through memory once less.
#pragma once

#include "program.h"

namespace gramstack::onednn {

/// After fuse_normalization, whose attributes it keeps.
void fold_normalization(Program& program);

}  // namespace gramstack::onednn
