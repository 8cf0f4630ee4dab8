// Pass "layout": which 4-d tensors are plain [n,c,h,w] and which blocked [n,c/8,h,w,8], and reorders between them.
//
// Only tensors with at least 4 channels are blocked, padded to whole blocks of 8. Convolutions and the gradients of
// poolings want their images blocked; elementwise expressions, batch normalisations and poolings follow their inputs;
// everything else, inputs, parameters and outputs of the program are plain. A reorder of a tensor with one pixel a
// channel and no padding is a view.
#pragma once

#include "program.h"

namespace gramstack::onednn {

bool can_be_blocked(const Shape& shape);  ///< [n,c,h,w] with c >= 4
void assign_layouts(Program& program);

}  // namespace gramstack::onednn
