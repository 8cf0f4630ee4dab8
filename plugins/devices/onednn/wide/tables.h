// The table of each instruction set.
#pragma once

#include "wide.h"

namespace gramstack::wide {

namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}

}  // namespace gramstack::wide
