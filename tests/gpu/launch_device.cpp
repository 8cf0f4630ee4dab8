#include "launch_device.h"

#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>

#include "api/error.h"
#include "compiler/compile.h"
#include "vendor.h"

namespace gramstack::gpu_test {
namespace {

using compiler::Binding;
using compiler::Place;
using compiler::Tensor;
using compiler::TensorId;

cudnn::Array array_of(const Tensor& tensor) {
  cudnn::Array array{cudnn::Element::f32, tensor.shape(), cudnn::Layout::plain, {}};
  if (tensor.bf16) array.element = cudnn::Element::bf16;
  if (tensor.type.type == DataType::i32) array.element = cudnn::Element::i32;
  if (tensor.type.type == DataType::u8) array.element = cudnn::Element::u8;
  if (tensor.layout == compiler::Layout::channels_last) array.layout = cudnn::Layout::nhwc;
  return array;
}

class LaunchPlan final : public Plan {
 public:
  explicit LaunchPlan(cudnn::Compiled compiled)
      : compiled_(std::move(compiled)),
        arena_(program().arena),
        permanent_(compiled_.permanent),
        scratch_(compiled_.list.scratch) {
    for (Buffer* memory : {&arena_, &permanent_, &scratch_}) std::memset(memory->data(), 0, memory->size());
    for (std::size_t i = 0; i < program().tensors.size(); ++i) fill_constant(static_cast<TensorId>(i));
    for (const Binding& binding : program().inputs) writable_[binding.name] = binding.tensor;
    for (const Binding& binding : program().parameters)
      writable_[binding.name] = readable_[binding.name] = binding.tensor;
    for (const Binding& binding : program().outputs) readable_[binding.name] = binding.tensor;
    for (const cudnn::Launch& launch : compiled_.list.launches)
      if (const cudnn::KernelCall* call = std::get_if<cudnn::KernelCall>(&launch.request))
        HostKernels::instance().add(call->kernel);
  }

  void write(std::string_view name, std::span<const std::byte> bytes) override {
    copy_elements(find(writable_, name), bytes.size(), [&](std::byte* element, std::size_t i, std::size_t size) {
      std::memcpy(element, bytes.data() + i * size, size);
    });
  }

  void read(std::string_view name, std::span<std::byte> bytes) const override {
    copy_elements(find(readable_, name), bytes.size(), [&](const std::byte* element, std::size_t i, std::size_t size) {
      std::memcpy(bytes.data() + i * size, element, size);
    });
  }

  void run() override {
    for (const cudnn::Launch& launch : compiled_.list.launches) {
      run(launch);
      if (!arena_.intact() || !permanent_.intact() || !scratch_.intact())
        throw std::runtime_error("launch '" + launch.name + "' writes beside its memory");
    }
  }

  MemoryReport memory() const override {
    MemoryReport report{0, program().arena, compiled_.list.scratch};
    for (const Binding& binding : program().parameters)
      report.parameters += program().tensor(binding.tensor).type.bytes();
    return report;
  }

 private:
  using Names = std::map<std::string, TensorId, std::less<>>;

  const compiler::Program& program() const { return compiled_.program; }
  const Tensor& tensor(TensorId id) const { return program().tensor(id); }

  static TensorId find(const Names& names, std::string_view name) {
    const auto found = names.find(name);
    if (found == names.end()) throw Error(ExitCode::unexpected, "no tensor '" + std::string(name) + "'");
    return found->second;
  }

  std::byte* address(TensorId id) const {
    const Tensor& root = tensor(program().root(id));
    return const_cast<Buffer&>(root.place == Place::arena ? arena_ : permanent_).data() + root.offset;
  }

  Memory memory_of(TensorId id) const { return {array_of(tensor(id)), address(id)}; }

  /// Calls visit(element in memory, its number in row-major order, its bytes).
  template <class Visit>
  void copy_elements(TensorId id, std::size_t bytes, Visit visit) const {
    const TensorType& type = tensor(id).type;
    if (bytes != type.bytes()) throw Error(ExitCode::unexpected, "wrong size");
    const Memory memory = memory_of(id);
    const std::size_t size = size_of(type.type);
    for (std::int64_t i = 0; i < type.elements(); ++i)
      visit(memory.address + memory.place_of(i) * size, static_cast<std::size_t>(i), size);
  }

  void fill_constant(TensorId id) {
    const Tensor& constant = tensor(id);
    if (constant.place != Place::constant) return;
    const Memory memory = memory_of(id);
    for (std::int64_t i = 0; i < constant.type.elements(); ++i)
      memory.set(memory.place_of(i), constant.values[constant.values.size() == 1 ? 0 : static_cast<std::size_t>(i)]);
  }

  void run(const cudnn::Launch& launch) {
    if (const cudnn::KernelCall* call = std::get_if<cudnn::KernelCall>(&launch.request)) return run(*call, launch);
    std::vector<Memory> memory;
    for (const cudnn::Operand& operand : launch.operands) memory.push_back(memory_of(operand.tensor));
    if (const cudnn::ConvolutionRequest* request = std::get_if<cudnn::ConvolutionRequest>(&launch.request))
      run_vendor(name_of(request->direction), {{"stride", request->stride}, {"padding", request->padding}},
                 {memory[0], memory[1]}, memory[2]);
    else if (const cudnn::MatmulRequest* product = std::get_if<cudnn::MatmulRequest>(&launch.request))
      run_vendor(
          "matmul",
          {{"transpose_a", std::int64_t{product->transpose_a}}, {"transpose_b", std::int64_t{product->transpose_b}}},
          {memory[0], memory[1]}, memory[2]);
    else
      std::memmove(memory[1].address, memory[0].address, std::get<cudnn::CopyRequest>(launch.request).bytes);
  }

  void run(const cudnn::KernelCall& call, const cudnn::Launch& launch) {
    std::vector<void*> pointers;
    for (const cudnn::Operand& operand : launch.operands)
      pointers.push_back(operand.tensor == compiler::kNone ? scratch_.data() + operand.scratch
                                                           : address(operand.tensor));
    HostKernels::instance().run(call, pointers);
  }

  static const char* name_of(cudnn::Direction direction) {
    constexpr const char* kNames[] = {"conv2d", "conv2d_data_gradient", "conv2d_weight_gradient"};
    return kNames[static_cast<std::size_t>(direction)];
  }

  cudnn::Compiled compiled_;
  Buffer arena_, permanent_, scratch_;
  Names writable_, readable_;
};

class LaunchDevice final : public Device {
 public:
  explicit LaunchDevice(const cudnn::Settings& settings) : settings_(settings) {}
  std::string describe() const override { return "the launch list on the host"; }
  std::string declines(const Graph& graph, const Node& node) const override { return cudnn::declines(graph, node); }
  std::unique_ptr<Plan> compile(const Graph& graph, const CompileOptions& options) override {
    return std::make_unique<LaunchPlan>(cudnn::compile(graph, settings_, options));
  }

 private:
  cudnn::Settings settings_;
};

}  // namespace

std::unique_ptr<Device> make_launch_device(const cudnn::Settings& settings) {
  return std::make_unique<LaunchDevice>(settings);
}

}  // namespace gramstack::gpu_test
