// What the fuse pass adds to batch normalisations, as attributes:
//   batch_norm[_inference]  relu: y = relu(normalised [+ add]); add: one more input, the addend
//   batch_norm_gradient     relu: one more input, the output of the ReLU, whose sign masks the gradient; then
//                           add: one more input, a second gradient, summed before the mask; a fourth output, when
//                           there is one, takes the masked sum
// Of a normalisation with a ReLU and without addend, the gradient can make its mask of x, which it reads anyway:
//   batch_norm_gradient     mask_of_source: the shift in place of the output of the ReLU
#pragma once

#include "common/program.h"

namespace gramstack::compiler {

inline constexpr const char* kFusedRelu = "fused_relu";
inline constexpr const char* kFusedAdd = "fused_add";
inline constexpr const char* kMaskOfSource = "mask_of_source";

/// Whether `norm` is a batch_norm with a ReLU and without addend.
bool is_rectified_norm(const Instruction& norm);

/// Whether `reader` is the gradient of `norm`, which is_rectified_norm(), and reads its result for the mask.
bool masks_with_result(const Instruction& reader, const Instruction& norm);

/// REQUIRES: masks_with_result(gradient, norm).
void mask_with_source(Instruction& gradient, const Instruction& norm);

}  // namespace gramstack::compiler
