#include "cuda/libraries.h"

#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include "api/error.h"
#include "cuda/check.h"

namespace gramstack::cudnn {
namespace {

std::string loader_error() {
  const char* text = dlerror();
  return text ? text : "unknown error";
}

void* open(const std::string& file, const char* what) {
  if (void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  const std::string reason = loader_error();
  if (void* library = dlopen((GRAMSTACK_CUDA_LIBRARIES "/" + file).c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  throw Error(ExitCode::device,
              fmt::format("device cudnn needs {}, and {} cannot be loaded: {}\n  put the folder that it is in into "
                          "LD_LIBRARY_PATH, or train on the CPU: device: {{type: onednn}}",
                          what, file, reason));
}

template <class Function>
void find(void* library, const char* file, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (!function) throw Error(ExitCode::device, fmt::format("device cudnn: {} is too old: it has no {}", file, name));
}

template <class Function>
void find_driver(const char* name, Function& function) {
  void* found = nullptr;
  cudaDriverEntryPointQueryResult status{};
  check(cudaGetDriverEntryPointByVersion(name, &found, 12000, cudaEnableDefault, &status), "asking the driver");
  if (!found) throw Error(ExitCode::device, fmt::format("device cudnn: the driver has no {}", name));
  function = reinterpret_cast<Function>(found);
}

}  // namespace

#define GRAMSTACK_FIND(name) find(library, file, #name, made.name);

const CudnnLibrary& cudnn_library() {
  static const CudnnLibrary opened = [] {
    const char* file = "libcudnn.so.9";
    void* library = open(file, "cuDNN 9");
    CudnnLibrary made;
    GRAMSTACK_CUDNN_FUNCTIONS(GRAMSTACK_FIND)
    return made;
  }();
  return opened;
}

const CublasLtLibrary& cublaslt_library() {
  static const CublasLtLibrary opened = [] {
    const char* file = GRAMSTACK_CUBLASLT_FILE;
    void* library = open(file, "cuBLASLt");
    CublasLtLibrary made;
    GRAMSTACK_CUBLASLT_FUNCTIONS(GRAMSTACK_FIND)
    return made;
  }();
  return opened;
}

const NvrtcLibrary& nvrtc_library() {
  static const NvrtcLibrary opened = [] {
    const char* file = GRAMSTACK_NVRTC_FILE;
    void* library = open(file, "NVRTC");
    NvrtcLibrary made;
    GRAMSTACK_NVRTC_FUNCTIONS(GRAMSTACK_FIND)
    return made;
  }();
  return opened;
}

const DriverLibrary& driver_library() {
  static const DriverLibrary opened = [] {
    DriverLibrary made;
#define GRAMSTACK_FIND_DRIVER(name) find_driver(#name, made.name);
    GRAMSTACK_DRIVER_FUNCTIONS(GRAMSTACK_FIND_DRIVER)
    return made;
  }();
  return opened;
}

}  // namespace gramstack::cudnn
