#include "kernels.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "api/error.h"
#include "emit.h"
#include "texts.h"

namespace gramstack::cudnn {
namespace {

struct Library {
  std::string_view name;
  const char* const* text;
};

constexpr Library kLibraries[] = {
    {"elementwise", &texts::k_elementwise}, {"reduction", &texts::k_reduction}, {"batch_norm", &texts::k_batch_norm},
    {"pooling", &texts::k_pooling},         {"data", &texts::k_data},           {"matrix", &texts::k_matrix}};

const Generator* find_generator(std::string_view op) {
  for (std::span<const Generator> (*topic)() : {elementwise_generators, reduction_generators, batch_norm_generators,
                                                pooling_generators, data_generators, matrix_generators})
    for (const Generator& generator : topic())
      if (generator.op == op) return &generator;
  return nullptr;
}

void check_size(const Array& array, const std::string& op) {
  if (elements(array.shape) > kMostElements)
    throw Error(ExitCode::resource, fmt::format("{}: {}{} has more than 2^30 elements; use a smaller batch", op,
                                                name_of(array.element), to_string(array.shape)));
}

}  // namespace

std::size_t size_of(Element element) {
  constexpr std::size_t kSizes[] = {4, 2, 4, 1};
  return kSizes[static_cast<std::size_t>(element)];
}

const char* name_of(Element element) {
  constexpr const char* kNames[] = {"f32", "bf16", "i32", "u8"};
  return kNames[static_cast<std::size_t>(element)];
}

std::string host_text(std::span<const KernelSource> kernels) {
  std::string all = texts::k_prelude;
  for (const Library& library : kLibraries) {
    const auto uses = [&](const KernelSource& kernel) { return kernel.library == library.name; };
    if (std::any_of(kernels.begin(), kernels.end(), uses)) all += fmt::format("\n{}", *library.text);
  }
  for (const KernelSource& kernel : kernels) all += fmt::format("\n{}", kernel.body);
  return all;
}

std::string text(std::span<const KernelSource> kernels) { return texts::k_device + host_text(kernels); }

std::string text(const KernelSource& kernel) { return text(std::span(&kernel, 1)); }

bool has_kernel(std::string_view op) { return find_generator(op) != nullptr; }

Kernels generate(const Operation& operation) {
  const Generator* const generator = find_generator(operation.op);
  if (!generator) throw std::logic_error("no kernel computes '" + operation.op + "'");
  for (const std::vector<Array>* arrays : {&operation.inputs, &operation.outputs})
    for (const Array& array : *arrays) check_size(array, operation.op);
  Emitter emitter(operation);
  generator->generate(emitter);
  return emitter.take();
}

}  // namespace gramstack::cudnn
