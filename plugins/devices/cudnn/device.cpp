// The device "cudnn": training on NVIDIA GPUs. A graph goes through these stages, each of which `gramstack graph
// --after STAGE` shows:
//
//   lower   graph -> instructions, one a node (common/lower.h)
//   fuse    biases apart; crop with normalisation; batch normalisation with addition and ReLU, and its gradient;
//           chains of elementwise nodes -> one expression (common/fuse.h, compiler/fuse.h)
//   layout  images nhwc, and bf16 where the precision is; copies where two forms meet (compiler/layout.h)
//   batch   neighbouring independent expressions -> one launch: all of an optimizer's work (common/fuse.h)
//   memory  live ranges -> offsets in one arena (common/memory.h)
//   plan    instructions -> the launch list (compiler/launch.h): convolutions are requests to cuDNN's graph API, matrix
//           products to cuBLASLt, everything else is kernels whose source is generated for its shapes (kernels/)
//
// Up to here no GPU is needed. On one, the kernels are compiled by NVRTC, engines are chosen, memory is allocated once,
// every launch is tried once, and the list is recorded as one CUDA graph (cuda/plan.h). A step is a launch of it: the
// host waits only where it reads a result.
#include <fmt/format.h>

#include "api/author.h"
#include "cuda/plan.h"
#include "cuda/table.h"
#include "cuda/transfers.h"

namespace gramstack::cudnn {
namespace {

constexpr const char* kFound = "found";

Precision precision_of(std::string_view name) {
  if (name == "bf16") return Precision::bf16;
  return name == "tf32" ? Precision::tf32 : Precision::fp32;
}

class Cudnn final : public Device {
 public:
  explicit Cudnn(const Arguments& arguments)
      : precision_(arguments.choice("precision")), target_(arguments.choice("target")) {
    settings_.precision = precision_of(precision_);
    settings_.deterministic = arguments.boolean("deterministic");
    search_ = arguments.boolean("search");
    if (target_ == kFound) gpu_ = std::make_shared<Gpu>(static_cast<int>(arguments.integer("gpu")));
  }

  std::string describe() const override {
    if (!gpu_) return fmt::format("cudnn for {}, {}, not run", target_, precision_);
    const std::size_t version = cudnn_library().cudnnGetVersion();
    return fmt::format("cudnn {}.{}.{}, {}, {}", version / 10000, version % 10000 / 100, version % 100,
                       gpu_->properties().name, precision_);
  }

  std::string declines(const Graph& graph, const Node& node) const override { return cudnn::declines(graph, node); }

  std::unique_ptr<Plan> compile(const Graph& graph, const CompileOptions& options) override {
    Compiled compiled = cudnn::compile(graph, settings_, options);
    if (!gpu_) return make_described_plan(compiled, target_);
    return make_plan(std::move(compiled), gpu_, search_, options);
  }

  bool keeps(const TensorType& rows) const override { return !gpu_ || cudnn::keeps(*gpu_, rows); }

  std::shared_ptr<Table> make_table(const TensorType& rows) override {
    if (!gpu_) refuse_to_run(target_);
    return std::make_shared<GpuTable>(gpu_, rows);
  }

  std::int64_t steps_ahead() const override { return gpu_ ? static_cast<std::int64_t>(kStepsAhead) : 1; }

 private:
  std::string precision_, target_;
  Settings settings_;
  bool search_ = false;
  std::shared_ptr<Gpu> gpu_;  ///< null: a target that is not here
};

constexpr gramstack_param kParameters[] = {
    choice("precision",
           "fp32; tf32: convolutions and matrix products on tensor cores; bf16: images too are bf16, while weights, "
           "batch statistics, Gram matrices and losses stay fp32",
           "fp32", "fp32|tf32|bf16"),
    boolean("deterministic", "only algorithms that give the same bits every time", "true"),
    boolean("search", "measure the engines that cuDNN proposes for a convolution once, and keep the fastest", "false"),
    integer("gpu", "number of the GPU, as the driver counts", "0", 0, 1023),
    choice("target", "compile for the GPU that is found; another one: to look at plans only, without a GPU", kFound,
           "found|sm_80|sm_90|sm_100")};
constexpr gramstack_class kClasses[] = {describe<Device, Cudnn, kParameters>(
    "cudnn", "NVIDIA GPUs: cuDNN, cuBLASLt, own fused kernels, one CUDA graph a step")};

}  // namespace
}  // namespace gramstack::cudnn

GRAMSTACK_PLUGIN("cudnn", "0.1.0", gramstack::cudnn::kClasses, GRAMSTACK_KEEP_LOADED)
