#include "cuda/memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/error.h"
#include "cuda/check.h"

namespace gramstack::cudnn {
namespace {

/// The name of the instruction that writes it, or of its binding.
std::string name_of(const compiler::Program& program, compiler::TensorId id) {
  for (const compiler::Instruction& instruction : program.instructions)
    if (std::find(instruction.outputs.begin(), instruction.outputs.end(), id) != instruction.outputs.end())
      return fmt::format("{} \"{}\"", instruction.rule->name, instruction.name);
  for (const std::vector<compiler::Binding>* list : {&program.inputs, &program.parameters})
    for (const compiler::Binding& binding : *list)
      if (binding.tensor == id) return fmt::format("\"{}\"", binding.name);
  return "a constant";
}

/// Of those that the plan makes room for.
compiler::TensorId largest(const compiler::Program& program) {
  const auto bytes = [&](compiler::TensorId id) {
    const compiler::Tensor& tensor = program.tensor(id);
    return tensor.place == compiler::Place::given ? 0 : stored_bytes(tensor);
  };
  compiler::TensorId found = 0;
  for (std::size_t i = 1; i < program.tensors.size(); ++i) {
    const compiler::TensorId id = static_cast<compiler::TensorId>(i);
    if (bytes(id) > bytes(found)) found = id;
  }
  return found;
}

/// Images of a step: the first extent of its first input that is neither a number nor a table; 0: it has none.
std::int64_t batch_of(const compiler::Program& program) {
  for (const compiler::Binding& input : program.inputs) {
    const compiler::Tensor& tensor = program.tensor(input.tensor);
    if (!tensor.shape().empty() && tensor.place != compiler::Place::given) return tensor.shape()[0];
  }
  return 0;
}

std::string suggestion(const Compiled& compiled, std::size_t workspace, std::size_t free) {
  const std::size_t fixed = compiled.permanent + workspace;
  const std::int64_t batch = batch_of(compiled.program);
  if (batch == 0 || compiled.program.arena == 0 || fixed >= free) return "take a smaller model or a larger GPU";
  const double share = static_cast<double>(free - fixed) / static_cast<double>(compiled.program.arena);
  std::int64_t fits = static_cast<std::int64_t>(static_cast<double>(batch) * std::min(share, 1.0));
  if (fits >= 16) fits -= fits % 8;
  if (fits < 1) return "take a smaller model or a larger GPU";
  return fmt::format("try batch: {}", fits);
}

}  // namespace

DeviceMemory allocate_device(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t status = cudaMalloc(&memory, std::max<std::size_t>(bytes, 1));
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  check(status, "allocating memory of the GPU");
  return DeviceMemory(memory);
}

HostMemory allocate_host(std::size_t bytes) {
  void* memory = nullptr;
  check(cudaMallocHost(&memory, std::max<std::size_t>(bytes, 1)),
        fmt::format("allocating {} of the host", size_text(bytes)));
  return HostMemory(memory);
}

std::string size_text(std::size_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / (1 << 20);
  return mebibytes < 1024 ? fmt::format("{:.1f} MiB", mebibytes) : fmt::format("{:.2f} GiB", mebibytes / 1024);
}

std::string memory_complaint(const Compiled& compiled, std::size_t workspace, std::size_t free) {
  const compiler::Program& program = compiled.program;
  const compiler::TensorId id = largest(program);
  const std::size_t total = compiled.permanent + program.arena + workspace;
  return fmt::format(
      "device cudnn: the GPU has too little memory: the step needs {} ({} of parameters and inputs, {} of activations, "
      "{} of workspace), and {} are free\n  the largest tensor is that of {}, {}, with {}\n  {}",
      size_text(total), size_text(compiled.permanent), size_text(program.arena), size_text(workspace), size_text(free),
      name_of(program, id), to_string(program.tensor(id).type), size_text(stored_bytes(program.tensor(id))),
      suggestion(compiled, workspace, free));
}

}  // namespace gramstack::cudnn
