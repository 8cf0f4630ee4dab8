#include "emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace gramstack::cudnn {
namespace {

/// FNV-1a.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325u;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return value;
}

std::string replaced(const std::string& text, const std::string& name) {
  std::string result;
  for (const char c : text) c == '$' ? result += name : result += c;
  return result;
}

}  // namespace

bool Emitter::flag(std::string_view name) const {
  const Attribute* const attribute = attributes().find(name);
  return attribute && std::get<std::int64_t>(*attribute) != 0;
}

const Array& Emitter::array(int number) const {
  const std::size_t i = static_cast<std::size_t>(number);
  return i < operation_.inputs.size() ? input(i) : output(i - operation_.inputs.size());
}

int Emitter::scratch(std::int64_t bytes) {
  kernels_.scratch.push_back(static_cast<std::size_t>(bytes));
  return output_number(operation_.outputs.size()) + static_cast<int>(kernels_.scratch.size()) - 1;
}

void Emitter::call(const std::string& entry, const std::string& library, const std::string& before,
                   const std::string& parameters, const std::string& body, Index grid, std::vector<int> operands,
                   Index bytes) {
  const std::string whole = fmt::format("{}extern \"C\" __global__ void __launch_bounds__({}) $({}) {{\n{}}}\n", before,
                                        kThreads, parameters, body);
  KernelCall made;
  made.kernel.name = fmt::format("{}_{:016x}", entry, hash(whole));
  made.kernel.library = library;
  made.kernel.body = replaced(whole, made.kernel.name);
  made.grid = static_cast<unsigned>(grid);
  made.block = kThreads;
  made.operands = std::move(operands);
  made.bytes = bytes;
  kernels_.calls.push_back(std::move(made));
}

void Emitter::call(const std::string& entry, const std::string& library, const std::string& before,
                   const std::string& body, Index grid, std::vector<int> operands) {
  std::string parameters;
  Index bytes = 0;
  const int arrays = output_number(operation_.outputs.size());
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const int number = operands[i];
    const bool scratch = number >= arrays;
    const Index size = scratch ? static_cast<Index>(kernels_.scratch[static_cast<std::size_t>(number - arrays)])
                               : bytes_of(array(number));
    bytes += size;
    parameters += fmt::format("{}{}{}* p{}", i ? ", " : "", number < output_number() ? "const " : "",
                              scratch ? "float" : type_of(array(number).element), i);
  }
  call(entry, library, before, parameters, body, grid, std::move(operands), bytes);
}

const char* type_of(Element element) {
  constexpr const char* kTypes[] = {"float", "bf16", "int", "u8"};
  return kTypes[static_cast<std::size_t>(element)];
}

std::string literal(double value) {
  const float single = static_cast<float>(value);
  if (!std::isfinite(single)) return fmt::format("__uint_as_float(0x{:08x}u)", std::bit_cast<std::uint32_t>(single));
  const std::string digits = fmt::format("{:.9g}", single);
  const bool has_point = digits.find_first_of(".e") != std::string::npos;
  return digits + (has_point ? "f" : ".0f");
}

Index bytes_of(const Array& array) {
  return array.value ? 0 : elements(array.shape) * static_cast<Index>(size_of(array.element));
}

std::vector<std::size_t> memory_order(const Array& array) {
  if (array.layout == Layout::nhwc) return {0, 2, 3, 1};
  std::vector<std::size_t> order(array.shape.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  return order;
}

std::vector<Index> strides(const Array& array) {
  const std::vector<std::size_t> order = memory_order(array);
  std::vector<Index> stride(array.shape.size(), 1);
  Index next = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    stride[order[i]] = next;
    next *= array.shape[order[i]];
  }
  return stride;
}

Index lanes(std::initializer_list<const Array*> arrays, Index extent) {
  std::size_t narrowest = 4;
  for (const Array* array : arrays) narrowest = std::min(narrowest, size_of(array->element));
  Index count = std::min<Index>(8, 16 / static_cast<Index>(narrowest));
  while (extent % count != 0) count /= 2;
  return count;
}

Index blocks_for(Index threads) { return std::clamp<Index>((threads + kThreads - 1) / kThreads, 1, kMostBlocks); }

std::vector<Extent> joined(std::vector<Extent> axes) {
  std::vector<Extent> result;
  for (const Extent& axis : axes) {
    if (axis.extent == 1) continue;
    Extent* const last = result.empty() ? nullptr : &result.back();
    if (last && last->stride == axis.stride * axis.extent)
      *last = {last->extent * axis.extent, axis.stride};
    else
      result.push_back(axis);
  }
  return result;
}

std::string place(const std::string& variable, std::vector<Extent> axes) {
  axes = joined(std::move(axes));
  std::string text;
  Index inner = 1;
  for (std::size_t i = axes.size(); i-- > 0;) {
    const Extent& axis = axes[i];
    std::string part = variable;
    if (inner > 1) part += fmt::format(" / {}", inner);
    if (i > 0) part += fmt::format(" % {}", axis.extent);
    if (axis.stride != 1) part += fmt::format(" * {}", axis.stride);
    if (axis.stride != 0) text = text.empty() ? part : part + " + " + text;
    inner *= axis.extent;
  }
  return text.empty() ? "0" : text;
}

}  // namespace gramstack::cudnn
