#include "cuda/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>

#include "api/error.h"
#include "cuda/compile_kernels.h"
#include "cuda/kernel_module.h"
#include "cuda/memory.h"
#include "cuda/table.h"
#include "cuda/transfers.h"

namespace gramstack::cudnn {
namespace {

using compiler::Binding;
using compiler::Place;
using compiler::Tensor;
using compiler::TensorId;

struct Step {
  std::string name;
  std::function<void()> run;  ///< puts it into the stream
};

class GpuPlan final : public Plan {
 public:
  GpuPlan(Compiled compiled, std::shared_ptr<Gpu> gpu, bool search, const CompileOptions& options)
      : compiled_(std::move(compiled)), gpu_(std::move(gpu)) {
    gpu_->use();
    bind_names();
    bind_given(options);
    prepare_vendor_plans(search);
    allocate();
    bind_launches();
    clear();
    try_out();
    clear();
    record();
  }

  ~GpuPlan() override {
    cudaSetDevice(gpu_->properties().index);
    cudaStreamSynchronize(gpu_->stream());
    if (executable_) cudaGraphExecDestroy(executable_);
  }

  void write(std::string_view name, std::span<const std::byte> bytes) override {
    const TensorId id = find(writable_, name, bytes.size(), "input or parameter");
    gpu_->use();
    const Tensor& tensor = program().tensor(id);
    if (tensor.place == Place::input) return transfers_->send(bytes, address(id));
    std::vector<std::byte> turned(bytes.begin(), bytes.end());
    if (tensor.layout == compiler::Layout::channels_last)
      to_channels_last(tensor.shape(), size_of(tensor.type.type), bytes.data(), turned.data());
    check(cudaMemcpyAsync(address(id), turned.data(), turned.size(), cudaMemcpyHostToDevice, gpu_->stream()),
          "copying to the GPU");
    synchronize();
  }

  void read(std::string_view name, std::span<std::byte> bytes) const override {
    const TensorId id = find(readable_, name, bytes.size(), "output or parameter");
    gpu_->use();
    check(cudaMemcpyAsync(bytes.data(), address(id), bytes.size(), cudaMemcpyDeviceToHost, gpu_->stream()),
          "copying from the GPU");
    synchronize();
    const Tensor& tensor = program().tensor(id);
    if (tensor.layout != compiler::Layout::channels_last) return;
    const std::vector<std::byte> turned(bytes.begin(), bytes.end());
    from_channels_last(tensor.shape(), size_of(tensor.type.type), turned.data(), bytes.data());
  }

  void read_later(std::string_view name, std::span<std::byte> bytes) override {
    const TensorId id = find(readable_, name, bytes.size(), "output or parameter");
    if (bytes.size() > kLater || program().tensor(id).layout == compiler::Layout::channels_last)
      return read(name, bytes);
    gpu_->use();
    transfers_->fetch(address(id), bytes);
  }

  void wait() override {
    gpu_->use();
    transfers_->wait();
  }

  void run() override {
    gpu_->use();
    check(cudaGraphLaunch(executable_, gpu_->stream()), "a step");
  }

  void run_timed(const Timed& timed) override {
    gpu_->use();
    std::vector<cudaEvent_t> events(steps_.size() + 1);
    for (cudaEvent_t& event : events) check(cudaEventCreate(&event), "making an event");
    check(cudaEventRecord(events[0], gpu_->stream()), "a step");
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      steps_[i].run();
      check(cudaEventRecord(events[i + 1], gpu_->stream()), "a step");
    }
    synchronize();
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      float milliseconds = 0;
      check(cudaEventElapsedTime(&milliseconds, events[i], events[i + 1]), "a step");
      timed(steps_[i].name, static_cast<double>(milliseconds) * 1e-3);
    }
    for (cudaEvent_t event : events) cudaEventDestroy(event);
  }

  bool shares_parameters() const override { return shares_parameters_; }

  MemoryReport memory() const override {
    std::size_t parameters = 0;
    for (const Binding& binding : program().parameters) parameters += program().tensor(binding.tensor).type.bytes();
    return {parameters, program().arena, workspace_};
  }

 private:
  using Names = std::map<std::string, TensorId, std::less<>>;

  const compiler::Program& program() const { return compiled_.program; }

  void bind_names() {
    for (const Binding& binding : program().inputs) writable_[binding.name] = binding.tensor;
    for (const Binding& binding : program().parameters)
      writable_[binding.name] = readable_[binding.name] = binding.tensor;
    for (const Binding& binding : program().outputs) readable_[binding.name] = binding.tensor;
  }

  void bind_given(const CompileOptions& options) {
    for (const Binding& input : program().inputs) {
      const auto table = options.tables.find(input.name);
      if (table == options.tables.end()) continue;
      given_[input.tensor] = static_cast<std::byte*>(static_cast<const GpuTable&>(*table->second).address());
      tables_.push_back(table->second);
    }
    if (!options.parameters_of) return;
    const GpuPlan& other = static_cast<const GpuPlan&>(*options.parameters_of);
    for (const Binding& parameter : program().parameters)
      given_[parameter.tensor] = other.address(
          other.find(other.writable_, parameter.name, program().tensor(parameter.tensor).type.bytes(), "parameter"));
    shares_parameters_ = true;
  }

  TensorId find(const Names& names, std::string_view name, std::size_t bytes, const char* what) const {
    const auto found = names.find(name);
    if (found == names.end()) throw Error(ExitCode::unexpected, fmt::format("the step has no {} \"{}\"", what, name));
    const std::size_t want = program().tensor(found->second).type.bytes();
    if (bytes != want) throw Error(ExitCode::unexpected, fmt::format("\"{}\" has {} bytes, got {}", name, want, bytes));
    return found->second;
  }

  std::byte* address(TensorId id) const {
    const Tensor& tensor = program().tensor(program().root(id));
    if (tensor.place == Place::given) return given_.at(program().root(id));
    const DeviceMemory& memory = tensor.place == Place::arena ? arena_ : permanent_;
    return static_cast<std::byte*>(memory.get()) + tensor.offset;
  }
  std::byte* address(const Operand& operand) const {
    if (operand.tensor != compiler::kNone) return address(operand.tensor);
    return static_cast<std::byte*>(scratch_.get()) + operand.scratch;
  }

  void prepare_vendor_plans(bool search) {
    workspace_ = compiled_.list.scratch;
    for (const Launch& launch : compiled_.list.launches) {
      if (const ConvolutionRequest* request = std::get_if<ConvolutionRequest>(&launch.request)) {
        convolutions_.push_back(gpu_->convolution(*request, search));
        workspace_ = std::max(workspace_, convolutions_.back()->workspace());
      }
      if (const MatmulRequest* request = std::get_if<MatmulRequest>(&launch.request)) {
        matmuls_.emplace_back(gpu_->cublaslt(), *request, kMatmulWorkspace);
        workspace_ = std::max(workspace_, matmuls_.back().workspace());
      }
    }
  }

  void allocate() {
    arena_ = allocate_device(program().arena);
    permanent_ = arena_ ? allocate_device(compiled_.permanent) : nullptr;
    scratch_ = permanent_ ? allocate_device(workspace_) : nullptr;
    if (!scratch_) {
      arena_.reset();
      permanent_.reset();
      std::size_t free = 0, total = 0;
      check(cudaMemGetInfo(&free, &total), "asking for free memory");
      throw Error(ExitCode::resource, memory_complaint(compiled_, workspace_, free));
    }
    std::size_t step_bytes = kLater;
    for (const Binding& input : program().inputs)
      if (program().tensor(input.tensor).place == Place::input)
        step_bytes += Transfers::taken(program().tensor(input.tensor).type.bytes());
    transfers_ = std::make_unique<Transfers>(gpu_->stream(), step_bytes);
  }

  void bind_launches() {
    load_kernels();
    std::size_t convolution = 0, matmul = 0;
    for (const Launch& launch : compiled_.list.launches) {
      if (const KernelCall* call = std::get_if<KernelCall>(&launch.request))
        steps_.push_back({launch.name, bind(*call, launch)});
      else if (const ConvolutionRequest* request = std::get_if<ConvolutionRequest>(&launch.request))
        steps_.push_back({launch.name, bind(*request, launch, convolutions_[convolution++])});
      else if (std::holds_alternative<MatmulRequest>(launch.request))
        steps_.push_back({launch.name, bind(matmuls_[matmul++], launch)});
      else
        steps_.push_back({launch.name, bind(std::get<CopyRequest>(launch.request), launch)});
    }
  }

  /// One translation unit a plan; equal kernels once.
  void load_kernels() {
    std::map<std::string, KernelSource> kernels;
    for (const Launch& launch : compiled_.list.launches)
      if (const KernelCall* call = std::get_if<KernelCall>(&launch.request))
        kernels.emplace(call->kernel.name, call->kernel);
    if (kernels.empty()) return;
    std::vector<KernelSource> sources;
    for (auto& [name, source] : kernels) sources.push_back(source);
    module_.load(cached_kernels(text(sources), gpu_->architecture(), kernel_cache()).bytes);
  }

  std::function<void()> bind(const KernelCall& call, const Launch& launch) {
    BoundKernel kernel{module_.find(call.kernel.name), call.grid, call.block, {}};
    for (const Operand& operand : launch.operands) kernel.parameters.push_back(address(operand));
    return [kernel, stream = gpu_->stream()]() mutable { kernel.run(stream); };
  }

  std::function<void()> bind(const ConvolutionRequest& request, const Launch& launch,
                             const std::shared_ptr<const ConvolutionPlan>& plan) {
    const std::array<void*, 3> operands = {address(launch.operands[0]), address(launch.operands[1]),
                                           address(launch.operands[2])};
    return [this, request, plan, operands] { plan->run(gpu_->cudnn(), request, operands, scratch_.get()); };
  }

  std::function<void()> bind(const MatmulPlan& plan, const Launch& launch) {
    const float* a = reinterpret_cast<const float*>(address(launch.operands[0]));
    const float* b = reinterpret_cast<const float*>(address(launch.operands[1]));
    float* c = reinterpret_cast<float*>(address(launch.operands[2]));
    return [this, &plan, a, b, c] { plan.run(a, b, c, scratch_.get(), gpu_->stream()); };
  }

  std::function<void()> bind(const CopyRequest& request, const Launch& launch) {
    return [from = address(launch.operands[0]), to = address(launch.operands[1]), request, stream = gpu_->stream()] {
      check(cudaMemcpyAsync(to, from, request.bytes, cudaMemcpyDeviceToDevice, stream), "copying a tensor");
    };
  }

  /// All memory zero, constants as they are.
  void clear() {
    check(cudaMemsetAsync(arena_.get(), 0, program().arena, gpu_->stream()), "clearing memory");
    check(cudaMemsetAsync(permanent_.get(), 0, compiled_.permanent, gpu_->stream()), "clearing memory");
    for (const Binding& parameter : program().parameters)
      if (shares_parameters_)
        check(cudaMemsetAsync(address(parameter.tensor), 0, stored_bytes(program().tensor(parameter.tensor)),
                              gpu_->stream()),
              "clearing memory");
    for (std::size_t i = 0; i < program().tensors.size(); ++i)
      if (program().tensors[i].place == Place::constant) fill(static_cast<TensorId>(i));
    synchronize();
  }

  void fill(TensorId id) {
    const Tensor& tensor = program().tensor(id);
    std::vector<float> numbers(static_cast<std::size_t>(tensor.type.elements()));
    for (std::size_t i = 0; i < numbers.size(); ++i)
      numbers[i] = static_cast<float>(tensor.values[tensor.values.size() == 1 ? 0 : i]);
    check(cudaMemcpyAsync(address(id), numbers.data(), numbers.size() * sizeof(float), cudaMemcpyHostToDevice,
                          gpu_->stream()),
          "copying a constant");
    synchronize();
  }

  /// Every launch once, on zeros: libraries load their kernels now, not while the graph is recorded, and a launch that
  /// fails is named.
  void try_out() {
    for (const Step& step : steps_) {
      step.run();
      check(cudaStreamSynchronize(gpu_->stream()), "launch \"" + step.name + "\"");
    }
  }

  void record() {
    check(cudaStreamBeginCapture(gpu_->stream(), cudaStreamCaptureModeThreadLocal), "recording a step");
    cudaGraph_t graph = nullptr;
    try {
      for (const Step& step : steps_) step.run();
    } catch (...) {
      if (cudaStreamEndCapture(gpu_->stream(), &graph) == cudaSuccess) cudaGraphDestroy(graph);
      cudaGetLastError();
      throw;
    }
    check(cudaStreamEndCapture(gpu_->stream(), &graph), "recording a step");
    const cudaError_t made = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    check(made, "preparing a step");
    check(cudaGraphUpload(executable_, gpu_->stream()), "preparing a step");
    synchronize();
  }

  /// Until the stream is empty: what was fetched is handed over.
  void synchronize() const { transfers_->wait(); }

  static constexpr std::size_t kMatmulWorkspace = std::size_t{32} << 20;
  static constexpr std::size_t kLater = 16;  ///< bytes of a result that read_later() need not wait for

  Compiled compiled_;
  std::shared_ptr<Gpu> gpu_;
  std::size_t workspace_ = 0;
  DeviceMemory arena_, permanent_, scratch_;
  std::vector<std::shared_ptr<const ConvolutionPlan>> convolutions_;  // in the order of their launches, likewise below
  std::vector<MatmulPlan> matmuls_;
  Module module_;
  std::vector<Step> steps_;
  std::unique_ptr<Transfers> transfers_;
  std::vector<std::shared_ptr<Table>> tables_;
  std::map<TensorId, std::byte*> given_;  // tables and shared parameters
  bool shares_parameters_ = false;
  cudaGraphExec_t executable_ = nullptr;
  Names writable_, readable_;
};

class DescribedPlan final : public Plan {
 public:
  DescribedPlan(const Compiled& compiled, std::string architecture) : architecture_(std::move(architecture)) {
    for (const Binding& binding : compiled.program.parameters)
      memory_.parameters += compiled.program.tensor(binding.tensor).type.bytes();
    memory_.activations = compiled.program.arena;
    memory_.workspace = compiled.list.scratch;
  }
  void write(std::string_view, std::span<const std::byte>) override { fail(); }
  void read(std::string_view, std::span<std::byte>) const override { fail(); }
  void run() override { fail(); }
  MemoryReport memory() const override { return memory_; }

 private:
  [[noreturn]] void fail() const { refuse_to_run(architecture_); }
  std::string architecture_;
  MemoryReport memory_;
};

struct Extents {
  explicit Extents(const Shape& shape)
      : images(static_cast<std::size_t>(shape[0])),
        channels(static_cast<std::size_t>(shape[1])),
        pixels(static_cast<std::size_t>(shape[2] * shape[3])) {}
  std::size_t images, channels, pixels;
};

}  // namespace

void to_channels_last(const Shape& shape, std::size_t bytes, const std::byte* from, std::byte* to) {
  const Extents e(shape);
  for (std::size_t n = 0; n < e.images; ++n)
    for (std::size_t c = 0; c < e.channels; ++c)
      for (std::size_t p = 0; p < e.pixels; ++p)
        std::memcpy(to + ((n * e.pixels + p) * e.channels + c) * bytes,
                    from + ((n * e.channels + c) * e.pixels + p) * bytes, bytes);
}

void from_channels_last(const Shape& shape, std::size_t bytes, const std::byte* from, std::byte* to) {
  const Extents e(shape);
  for (std::size_t n = 0; n < e.images; ++n)
    for (std::size_t c = 0; c < e.channels; ++c)
      for (std::size_t p = 0; p < e.pixels; ++p)
        std::memcpy(to + ((n * e.channels + c) * e.pixels + p) * bytes,
                    from + ((n * e.pixels + p) * e.channels + c) * bytes, bytes);
}

std::unique_ptr<Plan> make_plan(Compiled compiled, std::shared_ptr<Gpu> gpu, bool search,
                                const CompileOptions& options) {
  return std::make_unique<GpuPlan>(std::move(compiled), std::move(gpu), search, options);
}

void refuse_to_run(const std::string& architecture) {
  throw Error(ExitCode::device,
              fmt::format("device cudnn: a plan for target {} can be shown, not run\n  leave the parameter target out",
                          architecture));
}

std::unique_ptr<Plan> make_described_plan(const Compiled& compiled, std::string architecture) {
  return std::make_unique<DescribedPlan>(compiled, std::move(architecture));
}

}  // namespace gramstack::cudnn
