// One GPU with a stream and the handles of the vendor's libraries.
#pragma once

#include <cuda_runtime_api.h>

#include <map>
#include <memory>
#include <string>

#include "cuda/convolution.h"
#include "cuda/matmul.h"
#include "cuda/probe.h"

namespace gramstack::cudnn {

/// Bytes of workspace that one launch may have.
inline constexpr std::size_t kMostWorkspace = std::size_t{512} << 20;

class Gpu {
 public:
  /// Throws Error(device) with complaint().
  explicit Gpu(int index);
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  /// Before calls of the runtime: GPUs are chosen a thread.
  void use() const;
  const Probe& properties() const { return probe_; }
  std::string architecture() const;  ///< as compile_kernels() wants it
  cudaStream_t stream() const { return stream_; }
  cudnnHandle_t cudnn();
  cublasLtHandle_t cublaslt();

  /// Equal requests share one plan. `search`: the fastest of the plans that the heuristics propose is measured once,
  /// and remembered in the user's cache folder.
  std::shared_ptr<const ConvolutionPlan> convolution(const ConvolutionRequest& request, bool search);

 private:
  std::size_t measure(const std::vector<ConvolutionPlan>& plans, const ConvolutionRequest& request);
  double time(const ConvolutionPlan& plan, const ConvolutionRequest& request, const std::array<void*, 3>& operands,
              void* workspace);

  Probe probe_;
  cudaStream_t stream_ = nullptr;
  cudnnHandle_t cudnn_ = nullptr;
  cublasLtHandle_t cublaslt_ = nullptr;
  std::map<std::string, std::shared_ptr<const ConvolutionPlan>> convolutions_;
};

}  // namespace gramstack::cudnn
