#include "cuda/gpu.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/error.h"
#include "cuda/choices.h"
#include "cuda/compile_kernels.h"
#include "cuda/memory.h"

namespace gramstack::cudnn {
namespace {

constexpr std::size_t kCandidates = 16;
constexpr int kRuns = 5;

Probe checked(int index) {
  Probe made = probe(index);
  if (const std::string what = complaint(made); !what.empty()) throw Error(ExitCode::device, what);
  return made;
}

/// "engines-nvidia-h100-80gb-hbm3-91900"
std::string file_name(const std::string& gpu, std::size_t version) {
  std::string name;
  for (char c : gpu) name += c == ' ' || c == '/' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return fmt::format("engines-{}-{}", name, version);
}

}  // namespace

Gpu::Gpu(int index) : probe_(checked(index)) {
  use();
  check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream");
}

Gpu::~Gpu() {
  cudaSetDevice(probe_.index);
  convolutions_.clear();
  if (cudnn_) cudnn_library().cudnnDestroy(cudnn_);
  if (cublaslt_) cublaslt_library().cublasLtDestroy(cublaslt_);
  if (stream_) cudaStreamDestroy(stream_);
}

void Gpu::use() const { check(cudaSetDevice(probe_.index), fmt::format("using GPU {}", probe_.index)); }

std::string Gpu::architecture() const { return architecture_of(probe_.major, probe_.minor); }

cudnnHandle_t Gpu::cudnn() {
  if (cudnn_) return cudnn_;
  check(cudnn_library().cudnnCreate(&cudnn_), "starting cuDNN");
  check(cudnn_library().cudnnSetStream(cudnn_, stream_), "starting cuDNN");
  return cudnn_;
}

cublasLtHandle_t Gpu::cublaslt() {
  if (!cublaslt_) check(cublaslt_library().cublasLtCreate(&cublaslt_), "starting cuBLASLt");
  return cublaslt_;
}

std::shared_ptr<const ConvolutionPlan> Gpu::convolution(const ConvolutionRequest& request, bool search) {
  std::shared_ptr<const ConvolutionPlan>& known = convolutions_[to_text(request)];
  if (known) return known;
  std::vector<ConvolutionPlan> plans =
      convolution_plans(request, Target(cudnn()), search ? kCandidates : 1, kMostWorkspace);
  const std::size_t best = plans.size() > 1 ? measure(plans, request) : 0;
  known = std::make_shared<const ConvolutionPlan>(std::move(plans[best]));
  return known;
}

std::size_t Gpu::measure(const std::vector<ConvolutionPlan>& plans, const ConvolutionRequest& request) {
  Choices choices(kernel_cache() / file_name(probe_.name, cudnn_library().cudnnGetVersion()));
  const std::string name = to_text(request);
  if (const std::optional<std::size_t> choice = choices.find(name); choice && *choice < plans.size()) return *choice;
  std::size_t workspace = 0;
  for (const ConvolutionPlan& plan : plans) workspace = std::max(workspace, plan.workspace());
  const std::size_t most = static_cast<std::size_t>(
      std::max({elements(request.x), elements(request.w), elements(request.y)}) * std::int64_t{sizeof(float)});
  DeviceMemory tensors[3], scratch = allocate_device(workspace);
  std::array<void*, 3> operands{};
  for (std::size_t i = 0; i < 3; ++i) operands[i] = (tensors[i] = allocate_device(most)).get();
  if (!scratch || !operands[0] || !operands[1] || !operands[2]) return 0;  // no room to measure: the first proposal
  for (void* operand : operands) check(cudaMemsetAsync(operand, 0, most, stream_), "measuring engines");
  std::vector<double> times;
  for (const ConvolutionPlan& plan : plans) times.push_back(time(plan, request, operands, scratch.get()));
  const std::size_t best = static_cast<std::size_t>(std::min_element(times.begin(), times.end()) - times.begin());
  choices.set(name, best);
  return best;
}

double Gpu::time(const ConvolutionPlan& plan, const ConvolutionRequest& request, const std::array<void*, 3>& operands,
                 void* workspace) {
  cudaEvent_t begin = nullptr, end = nullptr;
  check(cudaEventCreate(&begin), "measuring engines");
  check(cudaEventCreate(&end), "measuring engines");
  plan.run(cudnn(), request, operands, workspace);
  check(cudaEventRecord(begin, stream_), "measuring engines");
  for (int i = 0; i < kRuns; ++i) plan.run(cudnn(), request, operands, workspace);
  check(cudaEventRecord(end, stream_), "measuring engines");
  check(cudaEventSynchronize(end), "running " + to_text(request));
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, begin, end), "measuring engines");
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return static_cast<double>(milliseconds) / kRuns;
}

}  // namespace gramstack::cudnn
