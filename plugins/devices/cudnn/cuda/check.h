// What the vendor's functions return, as errors of the core.
#pragma once

#include <cublasLt.h>
#include <cuda.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>
#include <nvrtc.h>

#include <string>

namespace gramstack::cudnn {

/// Each throws Error(device): "device cudnn: WHAT failed: ...", and Error(resource) where the GPU is out of memory.
void check(cudaError_t status, const std::string& what);
void check(CUresult status, const std::string& what);
void check(cudnnStatus_t status, const std::string& what);
void check(cublasStatus_t status, const std::string& what);
void check(nvrtcResult status, const std::string& what);

}  // namespace gramstack::cudnn
