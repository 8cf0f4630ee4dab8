#include "compiler/compile.h"

#include <fmt/format.h>

#include "api/error.h"
#include "api/ops.h"
#include "common/fuse.h"
#include "common/lower.h"
#include "common/memory.h"
#include "compiler/fuse.h"
#include "compiler/layout.h"
#include "compiler/rules.h"

namespace gramstack::cudnn {
namespace {

std::string declines_type(const TensorType& type) {
  return type.type == DataType::f64 ? "wants f32, got f64" : std::string();
}

void check(const Graph& graph) {
  for (const Node& node : graph.nodes())
    if (const std::string reason = declines(graph, node); !reason.empty())
      throw Error(ExitCode::device,
                  fmt::format("device cudnn declines {} \"{}\": {}", node.op->name, node.name, reason));
}

/// Inputs that are tables, and parameters of another plan, have memory of their own.
void mark_given(compiler::Program& program, const CompileOptions& options) {
  for (const compiler::Binding& input : program.inputs)
    if (options.tables.contains(input.name)) program.tensor(input.tensor).place = compiler::Place::given;
  if (!options.parameters_of) return;
  for (const compiler::Binding& parameter : program.parameters)
    program.tensor(parameter.tensor).place = compiler::Place::given;
}

}  // namespace

std::string declines(const Graph& graph, const Node& node) {
  for (Value input : node.inputs)
    if (input)
      if (std::string reason = declines_type(graph.type(input)); !reason.empty()) return reason;
  for (const TensorType& output : node.outputs)
    if (std::string reason = declines_type(output); !reason.empty()) return reason;
  const compiler::Dialect& rows = dialect();
  if (node.op->has(trait_source) || rows.find_elementwise(node.op->name) || rows.find_rule(node.op->name)) return {};
  return "has no kernel for this op";
}

Compiled compile(const Graph& graph, const Settings& settings, const CompileOptions& options) {
  const Graph live = without_dead_nodes(graph);
  check(live);
  Compiled made{lower(live, dialect()), {}, 0};
  compiler::Program& program = made.program;
  const auto observe = [&](std::string_view pass, const std::string& text) {
    if (options.observe) options.observe(pass, text);
  };
  observe("lower", to_text(program));
  split_bias(program);
  sink_updates(program);
  fuse_images(program);
  fuse_normalization(program);
  mask_with_sources(program);
  fuse_elementwise(program);
  observe("fuse", to_text(program));
  assign_layouts(program, settings);
  observe("layout", to_text(program));
  batch_elementwise(program);
  observe("batch", to_text(program));
  assign_memory(program, kAddressAlignment);
  mark_given(program, options);
  made.permanent = assign_permanent(program, kAddressAlignment);
  observe("memory", to_text(program) + memory_to_text(program));
  made.list = make_launches(program, settings);
  observe("plan", to_text(made.list, program));
  return made;
}

}  // namespace gramstack::cudnn
