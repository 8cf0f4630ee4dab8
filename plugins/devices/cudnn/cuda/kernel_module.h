// Compiled kernels in the driver's hands.
#pragma once

#include <cuda_runtime_api.h>

#include <string>
#include <vector>

#include "cuda/check.h"
#include "cuda/libraries.h"

namespace gramstack::cudnn {

/// The module of a plan's kernels.
class Module {
 public:
  void load(const std::string& image) {
    check(driver_library().cuModuleLoadData(&module_, image.data()), "loading kernels");
  }
  ~Module() {
    if (module_) driver_library().cuModuleUnload(module_);
  }
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  CUfunction find(const std::string& name) const {
    CUfunction function = nullptr;
    check(driver_library().cuModuleGetFunction(&function, module_, name.c_str()), "finding the kernel " + name);
    return function;
  }

 private:
  CUmodule module_ = nullptr;
};

/// A kernel with its parameters packed as the driver wants them.
struct BoundKernel {
  CUfunction function = nullptr;
  unsigned grid = 1, block = 1;
  std::vector<void*> parameters;

  void run(cudaStream_t stream) {
    std::size_t size = parameters.size() * sizeof(void*);
    void* extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, parameters.data(), CU_LAUNCH_PARAM_BUFFER_SIZE, &size,
                     CU_LAUNCH_PARAM_END};
    check(driver_library().cuLaunchKernel(function, grid, 1, 1, block, 1, 1, 0, stream, nullptr, extra),
          "launching a kernel");
  }
};

}  // namespace gramstack::cudnn
