#include "compiler/rules.h"

#include <map>

#include "api/ops.h"
#include "kernels/kernels.h"

namespace gramstack::cudnn {
namespace {

using compiler::Instruction;
using compiler::LayoutRule;
using compiler::Program;
using compiler::Wish;

LayoutRule own(const Program&, const Instruction&) { return {Wish::blocked}; }
LayoutRule follow(const Program&, const Instruction&) { return {Wish::follow}; }
LayoutRule results(const Program&, const Instruction&) { return {Wish::blocked, 0u, ~0u}; }
LayoutRule operands(const Program&, const Instruction&) { return {Wish::follow, ~0u, 0u}; }

/// All tensors of the expression's own shape follow; operands that are broadcast stay as they are.
LayoutRule follow_shape(const Program& program, const Instruction& instruction) {
  const compiler::Expression& expression = instruction.expressions[0];
  LayoutRule rule{Wish::follow, 0u, ~0u};
  for (std::size_t i = 0; i < instruction.inputs.size() && i < 32; ++i)
    if (program.shape(instruction.inputs[i]) == expression.shape) rule.inputs |= 1u << i;
  return rule;
}

constexpr Rule kRules[] = {
    {"elementwise", follow_shape, Runs::kernel, Half::elementwise},
    {"reshape", nullptr, Runs::nothing, Half::none},
    {"copy", follow, Runs::copy, Half::like_image},
    {"reorder", nullptr, Runs::kernel, Half::none},
    {"conv2d", own, Runs::convolution, Half::all},
    {"conv2d_data_gradient", own, Runs::convolution, Half::all},
    {"conv2d_weight_gradient", own, Runs::convolution, Half::all},
    {"batch_norm", follow, Runs::kernel, Half::like_image},
    {"batch_norm_inference", follow, Runs::kernel, Half::like_image},
    {"batch_norm_gradient", follow, Runs::kernel, Half::like_image},
    {"max_pool", follow, Runs::kernel, Half::pooled},
    {"max_pool_gradient", follow, Runs::kernel, Half::pooled},
    {"average_pool", follow, Runs::kernel, Half::pooled},
    {"average_pool_gradient", own, Runs::kernel, Half::pooled},
    {"normalize_images", results, Runs::kernel, Half::images},
    {"crop_normalize", results, Runs::kernel, Half::images},
    {"sum", operands, Runs::kernel, Half::operands},
    {"matmul", nullptr, Runs::matmul, Half::none},
    {"gram", nullptr, Runs::gram, Half::none},
};

/// A row for every op that has a kernel and no row above.
std::map<std::string, Rule, std::less<>> make_plain_rules() {
  std::map<std::string, Rule, std::less<>> rules;
  for (const Op& op : op_table())
    if (has_kernel(op.name)) rules.emplace(op.name, Rule(op.name, nullptr, Runs::kernel, Half::none));
  return rules;
}

const compiler::Rule* find_rule(std::string_view name) {
  for (const Rule& rule : kRules)
    if (rule.name == name) return &rule;
  static const std::map<std::string, Rule, std::less<>> plain = make_plain_rules();
  const auto found = plain.find(name);
  return found == plain.end() ? nullptr : &found->second;
}

std::map<std::string, compiler::Elementwise, std::less<>> make_functions() {
  static const std::string broadcast = "broadcast";
  std::map<std::string, compiler::Elementwise, std::less<>> functions = {{broadcast, {broadcast, true}}};
  for (const Op& op : op_table())
    if (op.has(trait_elementwise)) functions.emplace(op.name, compiler::Elementwise{op.name, op.max_inputs == 1});
  return functions;
}

const compiler::Elementwise* find_elementwise(std::string_view name) {
  static const std::map<std::string, compiler::Elementwise, std::less<>> functions = make_functions();
  const auto found = functions.find(name);
  return found == functions.end() ? nullptr : &found->second;
}

}  // namespace

const compiler::Dialect& dialect() {
  static const compiler::Dialect rows = {find_rule, find_elementwise, &kRules[0]};
  return rows;
}

const Rule& rule_of(const Instruction& instruction) { return static_cast<const Rule&>(*instruction.rule); }

}  // namespace gramstack::cudnn
