#include "api/graph.h"

#include <fmt/format.h>

#include "api/error.h"
#include "graph/check.h"
#include "graph/rules.h"

namespace gramstack {

namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ExitCode::configuration, message); }

bool holds(const std::vector<Node>& nodes, Value value) {
  return value.node >= 0 && static_cast<std::size_t>(value.node) < nodes.size() && value.output >= 0 &&
         static_cast<std::size_t>(value.output) < nodes[static_cast<std::size_t>(value.node)].outputs.size();
}

std::vector<TensorType> types_of(const Graph& graph, const std::vector<Value>& inputs, const std::string& place) {
  std::vector<TensorType> types;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!holds(graph.nodes(), inputs[i])) refuse(fmt::format("{}: input {} is no value of this graph", place, i));
    types.push_back(graph.type(inputs[i]));
  }
  return types;
}

/// The output types by the op's shape rule, whose messages get the place in front.
std::vector<TensorType> infer(const Op& op, const InferInput& input, const std::string& place) {
  try {
    std::vector<TensorType> outputs = op.infer(input);
    for (const TensorType& type : outputs) rules::want_extents(type.shape);
    return outputs;
  } catch (const Error& error) {
    throw Error(error.code(), place + " " + error.what());
  }
}

template <class Named>
bool any_named(const std::vector<Named>& items, const std::string& name) {
  for (const Named& item : items)
    if (item.name == name) return true;
  return false;
}

}  // namespace

Value Graph::add(std::string_view op, std::vector<Value> inputs, const Attributes& attributes, std::string name) {
  const Op* row = find_op(op);
  if (!row) refuse_op(op, name);
  if (row->has(trait_bound))
    refuse(place_of(*row, name) + " is bound by name: use Graph::add_input or Graph::add_parameter");
  return append(*row, std::move(inputs), attributes, std::move(name));
}

Value Graph::append(const Op& op, std::vector<Value> inputs, const Attributes& attributes, std::string name) {
  const std::string place = place_of(op, name);
  check_count(op, inputs.size(), place);
  std::vector<TensorType> types = types_of(*this, inputs, place);
  Attributes complete = complete_attributes(op, attributes, place);
  std::vector<TensorType> outputs = infer(op, {std::move(types), complete}, place);
  nodes_.push_back({&op, std::move(inputs), std::move(complete), std::move(outputs), std::move(name)});
  return {static_cast<std::int32_t>(nodes_.size()) - 1, 0};
}

Value Graph::append_bound(std::string_view op, const std::string& name, TensorType type) {
  check_unique(name);
  return append(*find_op(op), {}, {{"type", static_cast<std::int64_t>(type.type)}, {"shape", std::move(type.shape)}},
                name);
}

Value Graph::add_input(std::string name, TensorType type) {
  const Value value = append_bound("input", name, std::move(type));
  inputs_.push_back({std::move(name), value});
  return value;
}

Value Graph::add_parameter(std::string name, TensorType type, Role role, Initializer initializer, Treatment treatment) {
  const Value value = append_bound("parameter", name, std::move(type));
  parameters_.push_back({std::move(name), value, role, initializer, treatment});
  return value;
}

void Graph::add_output(std::string name, Value value) {
  check_unique(name);
  if (!holds(nodes_, value)) refuse(fmt::format("output '{}' is no value of this graph", name));
  outputs_.push_back({std::move(name), value});
}

void Graph::add_update(Value parameter, Value value) {
  const Parameter* target = holds(nodes_, parameter) ? find_parameter(parameter) : nullptr;
  if (!target) refuse("an update wants a parameter of this graph");
  if (!holds(nodes_, value)) refuse(fmt::format("the update of '{}' is no value of this graph", target->name));
  if (type(parameter) != type(value))
    refuse(fmt::format("the update of '{}' wants {}, got {}", target->name, to_string(type(parameter)),
                       to_string(type(value))));
  for (const Update& update : updates_)
    if (update.parameter == parameter) refuse(fmt::format("'{}' has an update already", target->name));
  updates_.push_back({parameter, value});
}

const TensorType& Graph::type(Value value) const {
  if (!holds(nodes_, value)) throw Error(ExitCode::unexpected, "the type of no value of this graph was asked for");
  return node(value).outputs[static_cast<std::size_t>(value.output)];
}

const Parameter* Graph::find_parameter(std::string_view name) const {
  for (const Parameter& parameter : parameters_)
    if (parameter.name == name) return &parameter;
  return nullptr;
}

const Parameter* Graph::find_parameter(Value value) const {
  for (const Parameter& parameter : parameters_)
    if (parameter.value == value) return &parameter;
  return nullptr;
}

void Graph::check_unique(const std::string& name) const {
  if (name.empty()) refuse("inputs, parameters and outputs need a name");
  const char* taken = any_named(inputs_, name)       ? "an input"
                      : any_named(parameters_, name) ? "a parameter"
                      : any_named(outputs_, name)    ? "an output"
                                                     : nullptr;
  if (taken) refuse(fmt::format("the name '{}' is taken by {} of this graph", name, taken));
}

}  // namespace gramstack
