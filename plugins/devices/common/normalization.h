// What the fuse pass adds to batch normalisations, as attributes:
//   batch_norm[_inference]  relu: y = relu(normalised [+ add]); add: one more input, the addend
//   batch_norm_gradient     relu: one more input, the output of the ReLU, whose sign masks the gradient; then
//                           add: one more input, a second gradient, summed before the mask; a fourth output, when
//                           there is one, takes the masked sum
#pragma once

namespace gramstack::compiler {

inline constexpr const char* kFusedRelu = "fused_relu";
inline constexpr const char* kFusedAdd = "fused_add";

}  // namespace gramstack::compiler
