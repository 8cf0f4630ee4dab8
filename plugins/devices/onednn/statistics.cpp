#include "statistics.h"

#include "ops/convolution.h"
#include "rules.h"

namespace gramstack::onednn {
namespace {

/// `outputs`: mean and variance.
void give(Instruction& convolution, const TensorId* outputs) {
  convolution.outputs.insert(convolution.outputs.end(), outputs, outputs + 2);
  convolution.attributes.set(kWithStatistics, std::int64_t{1});
}

/// What is left of a batch_norm whose mean and variance are given.
void normalize_only(Instruction& norm) {
  norm.rule = find_rule("batch_norm_inference");
  norm.inputs.insert(norm.inputs.begin() + 3, norm.outputs.begin() + 1, norm.outputs.end());
  norm.outputs.resize(1);
}

}  // namespace

void fuse_statistics(Program& program, const Settings& settings) {
  const std::vector<Index> writer = writers(program);
  for (Instruction& norm : program.instructions) {
    const bool normalizes = norm.rule->name == "batch_norm";
    if (!normalizes && norm.rule->name != "batch_norm_statistics") continue;
    const Index writes = writer[static_cast<std::size_t>(norm.inputs[0])];
    if (writes < 0) continue;
    Instruction& convolution = program.instructions[static_cast<std::size_t>(writes)];
    if (convolution.attributes.find(kWithStatistics) || !can_give_statistics(program, convolution, settings)) continue;
    give(convolution, norm.outputs.data() + (normalizes ? 1 : 0));
    normalizes ? normalize_only(norm) : norm.outputs.clear();
  }
  std::erase_if(program.instructions, [](const Instruction& instruction) { return instruction.outputs.empty(); });
}

}  // namespace gramstack::onednn
