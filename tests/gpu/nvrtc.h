// Compiles kernels with NVRTC, which needs no GPU. Only where the toolkit is found.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace gramstack::gpu_test {

/// What the assembler says of one kernel.
struct Resources {
  std::string kernel;
  int registers = 0, stack = 0, spills = 0;  ///< stack, spills: bytes
};

struct Compilation {
  std::string messages;  ///< errors and warnings; "" for none
  std::vector<Resources> resources;
  std::string ptx;
};

/// `architecture`: "sm_90".
Compilation compile_for_gpu(const std::string& text, const std::string& architecture);

}  // namespace gramstack::gpu_test
