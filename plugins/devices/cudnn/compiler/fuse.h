// The part of pass "fuse" that is this device's own; the rest is shared (common/fuse.h).
#pragma once

#include "common/program.h"

namespace gramstack::cudnn {

/// A convolution or product with bias becomes one without and an addition, which joins the expression behind it.
void split_bias(compiler::Program& program);

/// crop_flip whose only reader is normalize_images: one instruction, crop_normalize.
void fuse_images(compiler::Program& program);

/// After fuse_normalization: gradients make their masks of what was normalised, where they can; the result of the ReLU
/// is then not read, a third of what they read.
void mask_with_sources(compiler::Program& program);

}  // namespace gramstack::cudnn
