// Reading a tensor as if it were broadcast to another shape: extents and strides, outermost first.
#pragma once

#include <vector>

#include "program.h"

namespace gramstack::onednn {

struct Strided {
  std::vector<Index> extents, strides;  ///< extents of the result; 0: the same element along that axis
};

/// How `operand`, plain, is walked when it is broadcast to `shape` in `layout`. Axes that can be walked as one are
/// merged; there is at least one axis.
Strided broadcast_strides(const Shape& operand, const Shape& shape, Layout layout);

/// Elements [begin, begin + n) of the walk.
void gather(const Strided& walk, const float* data, Index begin, Index n, float* out);

}  // namespace gramstack::onednn
