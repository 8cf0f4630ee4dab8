// The vendor's libraries, opened when they are first needed: the plugin loads on machines that have none of them, and
// listing plugins does not wait for a gigabyte of code.
#pragma once

#include <cublasLt.h>
#include <cuda.h>
#include <cudnn.h>
#include <nvrtc.h>

namespace gramstack::cudnn {

#define GRAMSTACK_CUDNN_FUNCTIONS(X)                                                                                   \
  X(cudnnGetVersion)                                                                                                   \
  X(cudnnGetErrorString)                                                                                               \
  X(cudnnGetLastErrorString) X(cudnnCreate) X(cudnnDestroy) X(cudnnSetStream) X(cudnnBackendCreateDescriptor)          \
      X(cudnnBackendDestroyDescriptor) X(cudnnBackendSetAttribute) X(cudnnBackendGetAttribute) X(cudnnBackendFinalize) \
          X(cudnnBackendExecute)

#define GRAMSTACK_CUBLASLT_FUNCTIONS(X)                                                                       \
  X(cublasLtCreate)                                                                                           \
  X(cublasLtDestroy)                                                                                          \
  X(cublasLtGetStatusString) X(cublasLtMatmul) X(cublasLtMatmulAlgoGetHeuristic) X(cublasLtMatmulDescCreate)  \
      X(cublasLtMatmulDescDestroy) X(cublasLtMatmulDescSetAttribute) X(cublasLtMatrixLayoutCreate)            \
          X(cublasLtMatrixLayoutDestroy) X(cublasLtMatmulPreferenceCreate) X(cublasLtMatmulPreferenceDestroy) \
              X(cublasLtMatmulPreferenceSetAttribute)

#define GRAMSTACK_NVRTC_FUNCTIONS(X)                                                                                 \
  X(nvrtcVersion)                                                                                                    \
  X(nvrtcGetErrorString)                                                                                             \
  X(nvrtcCreateProgram) X(nvrtcDestroyProgram) X(nvrtcCompileProgram) X(nvrtcGetCUBINSize) X(nvrtcGetCUBIN)          \
      X(nvrtcGetPTXSize) X(nvrtcGetPTX) X(nvrtcGetProgramLogSize) X(nvrtcGetProgramLog) X(nvrtcGetNumSupportedArchs) \
          X(nvrtcGetSupportedArchs)

#define GRAMSTACK_DRIVER_FUNCTIONS(X) \
  X(cuModuleLoadData) X(cuModuleUnload) X(cuModuleGetFunction) X(cuLaunchKernel) X(cuGetErrorString)

#define GRAMSTACK_MEMBER(name) decltype(&::name) name = nullptr;
struct CudnnLibrary {
  GRAMSTACK_CUDNN_FUNCTIONS(GRAMSTACK_MEMBER)
};
struct CublasLtLibrary {
  GRAMSTACK_CUBLASLT_FUNCTIONS(GRAMSTACK_MEMBER)
};
struct NvrtcLibrary {
  GRAMSTACK_NVRTC_FUNCTIONS(GRAMSTACK_MEMBER)
};
struct DriverLibrary {
  GRAMSTACK_DRIVER_FUNCTIONS(GRAMSTACK_MEMBER)
};
#undef GRAMSTACK_MEMBER

/// Opened by the first call, searched where the loader searches and then where the build found them. Throws
/// Error(device) naming the file that is missing. Never closed.
const CudnnLibrary& cudnn_library();
const CublasLtLibrary& cublaslt_library();
const NvrtcLibrary& nvrtc_library();
/// REQUIRES: a driver, as probe() tells.
const DriverLibrary& driver_library();

}  // namespace gramstack::cudnn
