#include "cuda/check.h"

#include <fmt/format.h>

#include <array>

#include "api/error.h"
#include "cuda/libraries.h"

namespace gramstack::cudnn {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& reason, ExitCode code = ExitCode::device) {
  throw Error(code, fmt::format("device cudnn: {} failed: {}", what, reason));
}

}  // namespace

void check(cudaError_t status, const std::string& what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // so that it is not reported again
  const bool memory = status == cudaErrorMemoryAllocation;
  fail(what, fmt::format("{} ({})", cudaGetErrorString(status), cudaGetErrorName(status)),
       memory ? ExitCode::resource : ExitCode::device);
}

void check(CUresult status, const std::string& what) {
  if (status == CUDA_SUCCESS) return;
  const char* text = nullptr;
  driver_library().cuGetErrorString(status, &text);
  fail(what, text ? text : fmt::format("error {}", static_cast<int>(status)),
       status == CUDA_ERROR_OUT_OF_MEMORY ? ExitCode::resource : ExitCode::device);
}

void check(cudnnStatus_t status, const std::string& what) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 1024> detail{};
  cudnn_library().cudnnGetLastErrorString(detail.data(), detail.size());
  const std::string text = cudnn_library().cudnnGetErrorString(status);
  fail(what, detail[0] ? fmt::format("{}: {}", text, detail.data()) : text);
}

void check(cublasStatus_t status, const std::string& what) {
  if (status != CUBLAS_STATUS_SUCCESS) fail(what, cublaslt_library().cublasLtGetStatusString(status));
}

void check(nvrtcResult status, const std::string& what) {
  if (status != NVRTC_SUCCESS) fail(what, nvrtc_library().nvrtcGetErrorString(status));
}

}  // namespace gramstack::cudnn
