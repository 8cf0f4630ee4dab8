// Matrix products by cuBLASLt. Row-major c = op(a) op(b) is, read column by column, c^T = op(b)^T op(a)^T.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <memory>

#include "compiler/launch.h"

namespace gramstack::cudnn {

class MatmulPlan {
 public:
  /// The first algorithm of the heuristics that needs at most `workspace` bytes. REQUIRES: a GPU.
  MatmulPlan(cublasLtHandle_t handle, const MatmulRequest& request, std::size_t workspace);
  ~MatmulPlan();
  MatmulPlan(MatmulPlan&&) noexcept;
  MatmulPlan& operator=(MatmulPlan&&) noexcept;

  std::size_t workspace() const;
  void run(const float* a, const float* b, float* c, void* workspace, cudaStream_t stream) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gramstack::cudnn
