#include "layout.h"

#include <array>

#include "rules.h"

namespace gramstack::onednn {
namespace {

class LayoutPass {
 public:
  explicit LayoutPass(Program& program) : program_(program) {}

  void run() {
    std::vector<Instruction> instructions;
    std::swap(instructions, program_.instructions);
    for (Instruction& instruction : instructions) place(std::move(instruction));
    for (Binding& output : program_.outputs) output.tensor = version(output.tensor, Layout::plain);
    for (Update& update : program_.updates) update.value = version(update.value, Layout::plain);
  }

 private:
  void place(Instruction instruction) {
    const LayoutRule rule = instruction.rule->layout ? instruction.rule->layout(program_, instruction) : LayoutRule{};
    const bool block = (rule.padded || !reads_padded(instruction, rule)) &&
                       (rule.wish == Wish::blocked || (rule.wish == Wish::follow && follows(instruction, rule)));
    for (std::size_t i = 0; i < instruction.inputs.size(); ++i) {
      const TensorId before = instruction.inputs[i];
      const TensorId after = version(before, block ? wanted(before, rule.inputs, i) : Layout::plain);
      instruction.inputs[i] = after;
      for (Expression& expression : instruction.expressions)
        for (TensorId& id : expression.inputs)
          if (id == before) id = after;
    }
    for (std::size_t i = 0; i < instruction.outputs.size(); ++i)
      if (block) program_.tensor(instruction.outputs[i]).layout = wanted(instruction.outputs[i], rule.outputs, i);
    for (Expression& expression : instruction.expressions)
      if (block) expression.layout = Layout::blocked;
    program_.instructions.push_back(std::move(instruction));
  }

  static bool has_bit(std::uint32_t mask, std::size_t i) { return i >= 32 ? mask == ~0u : ((mask >> i) & 1u) != 0; }

  Layout wanted(TensorId id, std::uint32_t mask, std::size_t i) const {
    return has_bit(mask, i) && can_be_blocked(program_.shape(id)) ? Layout::blocked : Layout::plain;
  }

  bool follows(const Instruction& instruction, const LayoutRule& rule) const {
    for (std::size_t i = 0; i < instruction.inputs.size(); ++i)
      if (has_bit(rule.inputs, i) && program_.tensor(instruction.inputs[i]).layout == Layout::blocked) return true;
    return false;
  }

  bool reads_padded(const Instruction& instruction, const LayoutRule& rule) const {
    for (std::size_t i = 0; i < instruction.inputs.size(); ++i) {
      const Shape& shape = program_.shape(instruction.inputs[i]);
      if (has_bit(rule.inputs, i) && can_be_blocked(shape) && shape[1] % kBlock != 0) return true;
    }
    return false;
  }

  TensorId version(TensorId id, Layout layout) {
    if (program_.tensor(id).layout == layout) return id;
    other_.resize(program_.tensors.size() + 1, kNone);
    if (const TensorId known = other_[static_cast<std::size_t>(id)]; known != kNone) return known;
    const TensorId made = program_.add_tensor(program_.tensor(id).type, layout);
    const Shape& shape = program_.shape(id);
    Instruction reorder;
    reorder.rule = find_rule(shape[1] % kBlock == 0 && shape[2] * shape[3] == 1 ? "reshape" : "reorder");
    reorder.inputs = {id};
    reorder.outputs = {made};
    program_.instructions.push_back(std::move(reorder));
    other_.resize(program_.tensors.size(), kNone);
    other_[static_cast<std::size_t>(id)] = made;
    other_[static_cast<std::size_t>(made)] = id;
    return made;
  }

  Program& program_;
  std::vector<TensorId> other_;  // by tensor: the same numbers in the other layout
};

}  // namespace

bool can_be_blocked(const Shape& shape) { return shape.size() == 4 && shape[1] >= kBlock / 2; }

void assign_layouts(Program& program) { LayoutPass(program).run(); }

}  // namespace gramstack::onednn
