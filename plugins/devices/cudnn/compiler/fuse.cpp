#include "compiler/fuse.h"

#include <algorithm>

#include "common/fuse.h"
#include "common/normalization.h"
#include "compiler/rules.h"

namespace gramstack::cudnn {
namespace {

using compiler::Expression;
using compiler::Instruction;
using compiler::Program;
using compiler::TensorId;

bool has_bias(const Instruction& instruction) {
  const Runs runs = rule_of(instruction).runs;
  return (runs == Runs::convolution || runs == Runs::matmul) && instruction.inputs.size() == 3;
}

Instruction made(const char* rule, const std::string& name) {
  Instruction instruction;
  instruction.rule = dialect().find_rule(rule);
  instruction.name = name;
  return instruction;
}

/// The bias as it broadcasts with the result.
TensorId along_channels(Program& program, TensorId bias, std::size_t rank, std::vector<Instruction>& out) {
  if (rank != 4) return bias;
  Instruction view = made("reshape", "");
  view.inputs = {bias};
  view.outputs = {program.add_tensor({program.tensor(bias).type.type, {1, program.shape(bias)[0], 1, 1}})};
  out.push_back(view);
  return view.outputs[0];
}

void split(Program& program, Instruction instruction, std::vector<Instruction>& out) {
  const TensorId result = instruction.outputs[0];
  const TensorId bias = along_channels(program, instruction.inputs[2], program.shape(result).size(), out);
  instruction.inputs.pop_back();
  instruction.outputs[0] = program.add_tensor(program.tensor(result).type);
  Instruction sum = made("elementwise", instruction.name);
  Expression expression;
  expression.shape = program.shape(result);
  expression.inputs = {instruction.outputs[0], bias};
  expression.terms.push_back({dialect().find_elementwise("add"), 0, 1, result});
  sum.expressions.push_back(std::move(expression));
  collect_operands(sum);
  out.push_back(std::move(instruction));
  out.push_back(std::move(sum));
}

}  // namespace

void split_bias(Program& program) {
  std::vector<Instruction> out;
  for (Instruction& instruction : program.instructions) {
    if (has_bias(instruction))
      split(program, std::move(instruction), out);
    else
      out.push_back(std::move(instruction));
  }
  program.instructions = std::move(out);
}

void fuse_images(Program& program) {
  const std::vector<std::vector<std::size_t>> reader = readers(program);
  const std::vector<bool> needed = needed_at_end(program);
  std::vector<bool> gone(program.instructions.size(), false);
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    Instruction& crop = program.instructions[i];
    if (crop.rule->name != "crop_flip") continue;
    const std::size_t moved = static_cast<std::size_t>(crop.outputs[0]);
    if (reader[moved].size() != 1 || needed[moved]) continue;
    Instruction& normalize = program.instructions[reader[moved][0]];
    if (normalize.rule->name != "normalize_images") continue;
    normalize.rule = dialect().find_rule("crop_normalize");
    normalize.inputs = crop.inputs;
    normalize.attributes.set("padding", crop.attributes.integer("padding"));
    gone[i] = true;
  }
  std::vector<Instruction> kept;
  for (std::size_t i = 0; i < gone.size(); ++i)
    if (!gone[i]) kept.push_back(std::move(program.instructions[i]));
  program.instructions = std::move(kept);
}

void mask_with_sources(Program& program) {
  const std::vector<std::vector<std::size_t>> reader = readers(program);
  for (const Instruction& norm : program.instructions) {
    if (!compiler::is_rectified_norm(norm)) continue;
    for (std::size_t position : reader[static_cast<std::size_t>(norm.outputs[0])])
      if (Instruction& gradient = program.instructions[position]; compiler::masks_with_result(gradient, norm))
        compiler::mask_with_source(gradient, norm);
  }
}

}  // namespace gramstack::cudnn
