// Pass "layout": which 4-d tensors are [n,h,w,c] in memory, which are bf16, and copies where two meet.
//
// Images and their gradients are nhwc from the first normalisation to the last pooling, and so are 4-d parameters: the
// weights of convolutions are [filters, height, width, channels] in memory, and the host's row-major numbers are
// turned when they are written and read. Everything else is plain, also outputs of the program. With precision bf16,
// what the rules call images is bf16; weights stay f32, and their bf16 copies are made by one launch at the start of
// the step. A change of layout of a tensor with one pixel or one channel is a view.
#pragma once

#include "common/program.h"
#include "compiler/settings.h"

namespace gramstack::cudnn {

void assign_layouts(compiler::Program& program, const Settings& settings);

}  // namespace gramstack::cudnn
