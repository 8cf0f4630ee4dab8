#include "cuda/matmul.h"

#include "api/error.h"
#include "cuda/check.h"
#include "cuda/libraries.h"

namespace gramstack::cudnn {
namespace {

const CublasLtLibrary& library() { return cublaslt_library(); }

/// A column-major matrix that is the transpose of a row-major one of [rows, columns].
cublasLtMatrixLayout_t transposed(std::int64_t rows, std::int64_t columns) {
  cublasLtMatrixLayout_t layout = nullptr;
  check(library().cublasLtMatrixLayoutCreate(&layout, CUDA_R_32F, static_cast<std::uint64_t>(columns),
                                             static_cast<std::uint64_t>(rows), columns),
        "describing a matrix");
  return layout;
}

}  // namespace

struct MatmulPlan::State {
  explicit State(cublasLtHandle_t context, const MatmulRequest& asked) : handle(context), request(asked) {
    const cublasComputeType_t arithmetic = request.tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
    check(library().cublasLtMatmulDescCreate(&operation, arithmetic, CUDA_R_32F), "describing a matrix product");
    set(CUBLASLT_MATMUL_DESC_TRANSA, request.transpose_b);
    set(CUBLASLT_MATMUL_DESC_TRANSB, request.transpose_a);
    a = request.transpose_a ? transposed(request.k, request.m) : transposed(request.m, request.k);
    b = request.transpose_b ? transposed(request.n, request.k) : transposed(request.k, request.n);
    c = transposed(request.m, request.n);
  }
  ~State() {
    for (cublasLtMatrixLayout_t layout : {a, b, c})
      if (layout) library().cublasLtMatrixLayoutDestroy(layout);
    if (operation) library().cublasLtMatmulDescDestroy(operation);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void set(cublasLtMatmulDescAttributes_t attribute, bool transpose) {
    const cublasOperation_t value = transpose ? CUBLAS_OP_T : CUBLAS_OP_N;
    check(library().cublasLtMatmulDescSetAttribute(operation, attribute, &value, sizeof value),
          "describing a matrix product");
  }

  void choose(std::size_t workspace) {
    cublasLtMatmulPreference_t preference = nullptr;
    check(library().cublasLtMatmulPreferenceCreate(&preference), "choosing a matrix product");
    const cublasStatus_t set_status = library().cublasLtMatmulPreferenceSetAttribute(
        preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace, sizeof workspace);
    int count = 0;
    const cublasStatus_t status = set_status ? set_status
                                             : library().cublasLtMatmulAlgoGetHeuristic(handle, operation, b, a, c, c,
                                                                                        preference, 1, &chosen, &count);
    library().cublasLtMatmulPreferenceDestroy(preference);
    check(status, "choosing an algorithm for " + to_text(request));
    if (count == 0) throw Error(ExitCode::device, "device cudnn: cuBLASLt has no algorithm for " + to_text(request));
  }

  cublasLtHandle_t handle;
  MatmulRequest request;
  cublasLtMatmulDesc_t operation = nullptr;
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, c = nullptr;
  cublasLtMatmulHeuristicResult_t chosen{};
};

MatmulPlan::MatmulPlan(cublasLtHandle_t handle, const MatmulRequest& request, std::size_t workspace)
    : state_(std::make_unique<State>(handle, request)) {
  state_->choose(workspace);
}

MatmulPlan::~MatmulPlan() = default;
MatmulPlan::MatmulPlan(MatmulPlan&&) noexcept = default;
MatmulPlan& MatmulPlan::operator=(MatmulPlan&&) noexcept = default;

std::size_t MatmulPlan::workspace() const { return state_->chosen.workspaceSize; }

void MatmulPlan::run(const float* a, const float* b, float* c, void* workspace, cudaStream_t stream) const {
  const State& s = *state_;
  const float one = 1, zero = 0;
  check(library().cublasLtMatmul(s.handle, s.operation, &one, b, s.b, a, s.a, &zero, c, s.c, c, s.c, &s.chosen.algo,
                                 workspace, s.chosen.workspaceSize, stream),
        "running " + to_text(s.request));
}

}  // namespace gramstack::cudnn
