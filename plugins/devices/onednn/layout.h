// Pass "layout": which 4-d tensors are plain [n,c,h,w] and which blocked [n,c/8,h,w,8], and reorders between them.
//
// Only tensors with c % 8 == 0 are blocked. Convolutions and the gradients of poolings want their images blocked;
// elementwise expressions, batch normalisations and poolings follow their inputs; everything else, inputs, parameters
// and outputs of the program are plain. A reorder of a tensor with one pixel a channel is a view.
#pragma once

#include "program.h"

namespace gramstack::onednn {

bool can_be_blocked(const Shape& shape);
void assign_layouts(Program& program);

}  // namespace gramstack::onednn
