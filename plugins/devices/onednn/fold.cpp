#include "fold.h"

#include <algorithm>

#include "rules.h"

namespace gramstack::onednn {
namespace {

/// The convolution whose result instruction `norm` alone reads; nullptr: there is none.
Instruction* folds_into(Program& program, const Instruction& norm, const std::vector<std::vector<std::size_t>>& readers,
                        const std::vector<Index>& writers, const std::vector<bool>& needed) {
  const std::size_t x = static_cast<std::size_t>(norm.inputs[0]);
  if (writers[x] < 0 || needed[x] || readers[x].size() != 1) return nullptr;
  Instruction& convolution = program.instructions[static_cast<std::size_t>(writers[x])];
  const bool plain = convolution.rule->name == "conv2d" && convolution.inputs.size() == 2;
  return plain && std::count(norm.inputs.begin(), norm.inputs.end(), norm.inputs[0]) == 1 ? &convolution : nullptr;
}

}  // namespace

void fold_normalization(Program& program) {
  const std::vector<std::vector<std::size_t>> reader = readers(program);
  const std::vector<Index> writer = writers(program);
  const std::vector<bool> needed = needed_at_end(program);
  for (Instruction& norm : program.instructions) {
    if (norm.rule->name != "batch_norm_inference") continue;
    Instruction* const convolution = folds_into(program, norm, reader, writer, needed);
    if (!convolution) continue;
    norm.rule = find_rule("conv2d_normalized");
    norm.name = convolution->name;
    norm.inputs.insert(norm.inputs.begin() + 1, convolution->inputs[1]);
    norm.inputs[0] = convolution->inputs[0];
    for (const auto& [name, value] : convolution->attributes.items()) norm.attributes.set(name, value);
    convolution->outputs.clear();
  }
  std::erase_if(program.instructions, [](const Instruction& instruction) { return instruction.outputs.empty(); });
}

}  // namespace gramstack::onednn
