#include "common/program.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/rule.h"

namespace gramstack::compiler {
namespace {

void append_unique(std::vector<TensorId>& list, TensorId id) {
  if (std::find(list.begin(), list.end(), id) == list.end()) list.push_back(id);
}

std::string name_of(const Program& program, TensorId id) {
  for (const std::vector<Binding>* list : {&program.inputs, &program.parameters})
    for (const Binding& binding : *list)
      if (binding.tensor == id) return binding.name;
  const Tensor& tensor = program.tensor(id);
  if (tensor.place == Place::constant && tensor.values.size() == 1) return fmt::format("{}", tensor.values[0]);
  return fmt::format("%{}", id);
}

std::string type_of(const Program& program, TensorId id) {
  const Tensor& tensor = program.tensor(id);
  constexpr const char* kLayouts[] = {"", " blocked", " nhwc"};
  const std::string element = tensor.bf16 ? "bf16" + to_string(tensor.type.shape) : to_string(tensor.type);
  return element + kLayouts[static_cast<std::size_t>(tensor.layout)];
}

std::string value_of(const Attribute& attribute) {
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&attribute)) return fmt::format("{}", *integer);
  if (const double* real = std::get_if<double>(&attribute)) return fmt::format("{}", *real);
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute))
    return fmt::format("[{}]", fmt::join(*list, ","));
  return fmt::format("[{}]", fmt::join(std::get<std::vector<double>>(attribute), ","));
}

std::string to_text(const Program& program, const Expression& expression) {
  std::vector<std::string> operands;
  for (TensorId id : expression.inputs) operands.push_back(name_of(program, id));
  std::string stored;
  for (const Expression::Term& term : expression.terms) {
    std::string text = fmt::format("{}({}", term.function->name, operands[static_cast<std::size_t>(term.left)]);
    if (!term.function->is_unary) text += ", " + operands[static_cast<std::size_t>(term.right)];
    text += ")";
    if (term.result != kNone) {
      stored += fmt::format("\n    {} = {}", name_of(program, term.result), text);
      text = name_of(program, term.result);
    }
    operands.push_back(text);
  }
  return stored;
}

std::string to_text(const Program& program, const Instruction& instruction) {
  std::vector<std::string> names, types;
  for (TensorId id : instruction.outputs) names.push_back(name_of(program, id)), types.push_back(type_of(program, id));
  std::string text = fmt::format("{} = {}(", fmt::join(names, ", "), instruction.rule->name);
  names.clear();
  for (TensorId id : instruction.inputs) names.push_back(name_of(program, id));
  text += fmt::format("{})", fmt::join(names, ", "));
  for (const auto& [name, value] : instruction.attributes.items()) text += " " + name + "=" + value_of(value);
  text += fmt::format(" : {}", fmt::join(types, ", "));
  if (!instruction.name.empty()) text += "  # " + instruction.name;
  for (const Expression& expression : instruction.expressions) text += to_text(program, expression);
  return text;
}

}  // namespace

Index stored_elements(const Shape& shape, Layout layout) {
  if (layout != Layout::blocked) return elements(shape);
  return shape[0] * blocks(shape[1]) * kBlock * shape[2] * shape[3];
}

std::size_t element_bytes(const Tensor& tensor) { return tensor.bf16 ? 2 : size_of(tensor.type.type); }

std::size_t stored_bytes(const Tensor& tensor) {
  return static_cast<std::size_t>(stored_elements(tensor.type.shape, tensor.layout)) * element_bytes(tensor);
}

TensorId Program::add_tensor(TensorType type, Layout layout, Place place) {
  Tensor tensor;
  tensor.type = std::move(type);
  tensor.layout = layout;
  tensor.place = place;
  tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(tensors.size()) - 1;
}

TensorId Program::root(TensorId id) const {
  while (tensor(id).storage != kNone) id = tensor(id).storage;
  return id;
}

std::string tensor_text(const Program& program, TensorId id) {
  return name_of(program, id) + " " + type_of(program, id);
}

std::string to_text(const Program& program) {
  std::string text;
  for (const Instruction& instruction : program.instructions) text += to_text(program, instruction) + "\n";
  for (const Binding& output : program.outputs)
    text += fmt::format("output {} = {}\n", output.name, name_of(program, output.tensor));
  for (const Update& update : program.updates)
    text += fmt::format("update {} = {}\n", name_of(program, update.parameter), name_of(program, update.value));
  return text;
}

void collect_operands(Instruction& instruction) {
  instruction.inputs.clear();
  instruction.outputs.clear();
  for (const Expression& expression : instruction.expressions) {
    for (TensorId id : expression.inputs) append_unique(instruction.inputs, id);
    for (const Expression::Term& term : expression.terms)
      if (term.result != kNone) append_unique(instruction.outputs, term.result);
  }
}

std::vector<std::vector<std::size_t>> readers(const Program& program) {
  std::vector<std::vector<std::size_t>> result(program.tensors.size());
  for (std::size_t i = 0; i < program.instructions.size(); ++i)
    for (TensorId id : program.instructions[i].inputs) {
      std::vector<std::size_t>& list = result[static_cast<std::size_t>(id)];
      if (list.empty() || list.back() != i) list.push_back(i);
    }
  return result;
}

std::vector<Index> writers(const Program& program) {
  std::vector<Index> result(program.tensors.size(), -1);
  for (std::size_t i = 0; i < program.instructions.size(); ++i)
    for (TensorId id : program.instructions[i].outputs) result[static_cast<std::size_t>(id)] = static_cast<Index>(i);
  return result;
}

std::vector<bool> needed_at_end(const Program& program) {
  std::vector<bool> needed(program.tensors.size(), false);
  for (const Binding& output : program.outputs) needed[static_cast<std::size_t>(output.tensor)] = true;
  for (const Update& update : program.updates) needed[static_cast<std::size_t>(update.value)] = true;
  return needed;
}

}  // namespace gramstack::compiler
