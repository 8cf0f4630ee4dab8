#include "compiler/layout.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "common/fuse.h"
#include "compiler/rules.h"

namespace gramstack::cudnn {
namespace {

using compiler::Expression;
using compiler::Instruction;
using compiler::LayoutRule;
using compiler::Place;
using compiler::Program;
using compiler::Tensor;
using compiler::TensorId;
using compiler::Wish;

/// How a tensor is kept.
struct Form {
  compiler::Layout layout = compiler::Layout::plain;
  bool bf16 = false;
};
constexpr compiler::Layout kPlain = compiler::Layout::plain, kNhwc = compiler::Layout::channels_last;

bool has_bit(std::uint32_t mask, std::size_t i) { return i >= 32 ? mask == ~0u : ((mask >> i) & 1u) != 0; }

bool is_image(const Tensor& tensor) { return tensor.shape().size() == 4 && tensor.type.type == DataType::f32; }

/// Whether both layouts are the same order of elements.
bool is_layout_free(const Shape& shape) { return shape.size() != 4 || shape[1] == 1 || shape[2] * shape[3] == 1; }

class LayoutPass {
 public:
  LayoutPass(Program& program, const Settings& settings)
      : program_(program), bf16_(settings.precision == Precision::bf16), needed_(needed_at_end(program)) {}

  void run() {
    for (Tensor& tensor : program_.tensors)
      if (tensor.place == Place::parameter && is_image(tensor)) tensor.layout = kNhwc;
    std::vector<Instruction> instructions;
    std::swap(instructions, program_.instructions);
    for (Instruction& instruction : instructions) place(std::move(instruction));
    for (compiler::Binding& output : program_.outputs) output.tensor = version(output.tensor, {kPlain, false});
    for (compiler::Update& update : program_.updates)
      update.value = version(update.value, {program_.tensor(update.parameter).layout, false});
    program_.instructions.insert(program_.instructions.begin(), std::make_move_iterator(casts_.begin()),
                                 std::make_move_iterator(casts_.end()));
  }

 private:
  const Tensor& tensor(TensorId id) const { return program_.tensor(id); }

  void place(Instruction instruction) {
    const Rule& rule = rule_of(instruction);
    const LayoutRule layout = rule.layout ? rule.layout(program_, instruction) : LayoutRule{};
    const bool own = layout.wish == Wish::blocked || (layout.wish == Wish::follow && follows(instruction, layout));
    const bool half =
        rule.half == Half::all ? bf16_ : rule.half == Half::like_image && first_image_is_half(instruction);
    for (std::size_t i = 0; i < instruction.inputs.size(); ++i) {
      const TensorId before = instruction.inputs[i];
      instruction.inputs[i] = version(before, wanted(rule, before, own && has_bit(layout.inputs, i), half));
      for (Expression& expression : instruction.expressions)
        std::replace(expression.inputs.begin(), expression.inputs.end(), before, instruction.inputs[i]);
    }
    for (std::size_t i = 0; i < instruction.outputs.size(); ++i) {
      Tensor& output = program_.tensor(instruction.outputs[i]);
      if (!is_image(output) || !own || !has_bit(layout.outputs, i)) continue;
      output.layout = kNhwc;
      output.bf16 = bf16_ && is_half_result(rule, instruction, instruction.outputs[i], half);
    }
    for (Expression& expression : instruction.expressions)
      if (own && expression.shape.size() == 4) expression.layout = kNhwc;
    program_.instructions.push_back(std::move(instruction));
  }

  bool follows(const Instruction& instruction, const LayoutRule& layout) const {
    for (std::size_t i = 0; i < instruction.inputs.size(); ++i)
      if (has_bit(layout.inputs, i) && tensor(instruction.inputs[i]).layout == kNhwc) return true;
    return false;
  }

  bool first_image_is_half(const Instruction& instruction) const {
    const std::vector<TensorId>& inputs = instruction.inputs;
    return std::any_of(inputs.begin(), inputs.end(), [&](TensorId id) { return tensor(id).bf16; });
  }

  Form wanted(const Rule& rule, TensorId id, bool own, bool half) const {
    const Tensor& operand = tensor(id);
    const compiler::Layout layout = own && is_image(operand) ? kNhwc : kPlain;
    if (rule.half == Half::none) return {layout, false};
    const bool alike = rule.half == Half::all || rule.half == Half::like_image;
    return {layout, alike ? half && is_image(operand) : operand.bf16};
  }

  bool is_half_result(const Rule& rule, const Instruction& instruction, TensorId id, bool half) const {
    const Shape& shape = program_.shape(id);
    switch (rule.half) {
      case Half::all:
      case Half::like_image:
        return half;
      case Half::pooled:
        return shape[2] * shape[3] > 1;
      case Half::images:
        return true;
      case Half::elementwise:
        return is_half_expression(instruction, shape, id);
      default:
        return false;
    }
  }

  bool is_half_expression(const Instruction& instruction, const Shape& shape, TensorId id) const {
    bool half = false;
    for (TensorId input : instruction.inputs) {
      if (program_.shape(input) != shape) continue;
      if (tensor(input).place == Place::parameter) return false;
      half = half || tensor(input).bf16;
    }
    return half && !(static_cast<std::size_t>(id) < needed_.size() && needed_[static_cast<std::size_t>(id)]);
  }

  TensorId version(TensorId id, Form form) {
    if (program_.shape(id).size() != 4) form.layout = kPlain;
    const Tensor& from = tensor(id);
    if (from.layout == form.layout && from.bf16 == form.bf16) return id;
    const auto [known, is_new] = versions_.try_emplace(std::make_tuple(id, form.layout, form.bf16), compiler::kNone);
    if (is_new) {
      const TensorId made = program_.add_tensor(from.type, form.layout);
      program_.tensor(made).bf16 = form.bf16;
      add_change(id, made);
      versions_[std::make_tuple(id, form.layout, form.bf16)] = made;
      versions_[std::make_tuple(made, tensor(id).layout, tensor(id).bf16)] = id;
      return made;
    }
    return known->second;
  }

  void add_change(TensorId from, TensorId to) {
    const bool same_order = tensor(from).layout == tensor(to).layout || is_layout_free(program_.shape(from));
    Instruction change;
    change.inputs = {from};
    change.outputs = {to};
    const bool is_cast = tensor(from).bf16 != tensor(to).bf16 && tensor(from).layout == tensor(to).layout;
    if (is_cast) return add_cast(std::move(change));
    change.rule = dialect().find_rule(same_order && tensor(from).bf16 == tensor(to).bf16 ? "reshape" : "reorder");
    program_.instructions.push_back(std::move(change));
  }

  /// An expression of one term; of a parameter, at the start of the step with all others.
  void add_cast(Instruction change) {
    Expression expression;
    expression.shape = program_.shape(change.inputs[0]);
    expression.layout = tensor(change.inputs[0]).layout;
    expression.inputs = change.inputs;
    expression.terms.push_back({dialect().find_elementwise("broadcast"), 0, 0, change.outputs[0]});
    change.rule = dialect().elementwise;
    change.expressions.push_back(std::move(expression));
    const bool first = tensor(change.inputs[0]).place == Place::parameter;
    (first ? casts_ : program_.instructions).push_back(std::move(change));
  }

  Program& program_;
  bool bf16_;
  std::vector<bool> needed_;
  std::map<std::tuple<TensorId, compiler::Layout, bool>, TensorId> versions_;
  std::vector<Instruction> casts_;
};

}  // namespace

void assign_layouts(Program& program, const Settings& settings) { LayoutPass(program, settings).run(); }

}  // namespace gramstack::cudnn
