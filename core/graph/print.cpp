#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "api/ops.h"

namespace gramstack {

namespace {

constexpr std::size_t kMostValues = 8;  // of a list that are printed

std::string text_of(Value value) {
  return value.output == 0 ? fmt::format("%{}", value.node) : fmt::format("%{}.{}", value.node, value.output);
}

template <class T>
std::string list_of(const std::vector<T>& values, const char* separator) {
  const std::vector<T> shown(values.begin(),
                             values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), kMostValues)));
  std::string text = fmt::format("{}", fmt::join(shown, separator));
  if (shown.size() < values.size()) text += fmt::format("{}... {} in all", separator, values.size());
  return text;
}

std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(double value) { return fmt::format("{}", value); }
template <class T>
std::string text_of(const std::vector<T>& values) {
  return "[" + list_of(values, ",") + "]";
}

const char* name_of(Role role) {
  switch (role) {
    case Role::weight:
      return "weight";
    case Role::state:
      return "state";
    case Role::slot:
      return "slot";
  }
  return "?";
}

/// What stands in a node's parentheses: its inputs; for sources the role of a parameter or the values of a constant.
std::string operands(const Graph& graph, Value value) {
  const Node& node = graph.node(value);
  if (const Attribute* values = node.op->has(trait_source) ? node.attributes.find("values") : nullptr)
    return list_of(std::get<std::vector<double>>(*values), ", ");
  if (const Parameter* parameter = graph.find_parameter(value)) return name_of(parameter->role);
  std::vector<std::string> inputs;
  for (Value input : node.inputs) inputs.push_back(text_of(input));
  return fmt::format("{}", fmt::join(inputs, ", "));
}

/// " padding=2 stride=1"; nothing for sources, whose type says it all.
std::string attributes_of(const Node& node) {
  std::string text;
  if (node.op->has(trait_source)) return text;
  for (const auto& [name, attribute] : node.attributes.items())
    text += " " + name + "=" + std::visit([](const auto& value) { return text_of(value); }, attribute);
  return text;
}

std::string types_of(const Node& node) {
  if (node.outputs.size() == 1) return to_string(node.outputs[0]);
  std::vector<std::string> types;
  for (const TensorType& type : node.outputs) types.push_back(to_string(type));
  return fmt::format("({})", fmt::join(types, ", "));
}

std::string escaped(std::string_view text) {
  std::string result;
  for (char character : text) {
    if (character == '"' || character == '\\') result += '\\';
    result += character;
  }
  return result;
}

std::string dot_node(const Graph& graph, Value value) {
  const Node& node = graph.node(value);
  const bool source = node.op->has(trait_source);
  const std::string operand = source ? operands(graph, value) : "";
  const std::string first = node.op->name + (operand.empty() ? "" : " ") + operand + attributes_of(node);
  return fmt::format("  n{} [label=\"{}{}\\n{}\"{}];\n", value.node, escaped(first),
                     node.name.empty() ? "" : "\\n" + escaped(node.name), types_of(node),
                     source ? ", style=rounded" : "");
}

/// An arrow from a value; outputs other than the first are told by their number.
std::string dot_arrow(Value from, const std::string& to, const char* style) {
  std::vector<std::string> marks;
  if (from.output != 0) marks.push_back(fmt::format("label=\"{}\"", from.output));
  if (*style) marks.push_back(fmt::format("style={}", style));
  const std::string suffix = marks.empty() ? "" : fmt::format(" [{}]", fmt::join(marks, ", "));
  return fmt::format("  n{} -> {}{};\n", from.node, to, suffix);
}

}  // namespace

std::string to_text(const Graph& graph) {
  std::string text;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    const Value value = {static_cast<std::int32_t>(i), 0};
    text += fmt::format("{} = {}({}){} : {}{}\n", text_of(value), node.op->name, operands(graph, value),
                        attributes_of(node), types_of(node), node.name.empty() ? "" : "  # " + node.name);
  }
  for (const NamedValue& output : graph.outputs())
    text += fmt::format("output {} = {}\n", output.name, text_of(output.value));
  for (const Update& update : graph.updates())
    text += fmt::format("update {} = {}\n", graph.node(update.parameter).name, text_of(update.value));
  return text;
}

std::string to_dot(const Graph& graph) {
  std::string text = "digraph gramstack {\n  node [shape=box];\n";
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Value value = {static_cast<std::int32_t>(i), 0};
    text += dot_node(graph, value);
    for (Value input : graph.nodes()[i].inputs) text += dot_arrow(input, fmt::format("n{}", i), "");
  }
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    text += fmt::format("  o{} [label=\"{}\", shape=ellipse];\n", i, escaped(graph.outputs()[i].name));
    text += dot_arrow(graph.outputs()[i].value, fmt::format("o{}", i), "");
  }
  for (const Update& update : graph.updates())
    text += dot_arrow(update.value, fmt::format("n{}", update.parameter.node), "dashed");
  return text + "}\n";
}

}  // namespace gramstack
