#include "api/ops.h"

namespace gramstack {

namespace {

std::size_t index(Value value) { return static_cast<std::size_t>(value.node); }

std::vector<bool> live_nodes(const Graph& graph) {
  std::vector<bool> live(graph.nodes().size(), false);
  for (const NamedValue& output : graph.outputs()) live[index(output.value)] = true;
  for (const Update& update : graph.updates()) live[index(update.value)] = true;
  for (std::size_t i = live.size(); i-- > 0;)
    if (live[i])
      for (Value input : graph.nodes()[i].inputs) live[index(input)] = true;
  return live;
}

/// Copies node by node, and knows what each became.
class Copy {
 public:
  explicit Copy(const Graph& from) : from_(from), became_(from.nodes().size()) {}

  void bound(Value value) {
    const Parameter* parameter = from_.find_parameter(value);
    const std::string& name = from_.node(value).name;
    became_[index(value)] = parameter ? to_.add_parameter(name, from_.type(value), parameter->role,
                                                          parameter->initializer, parameter->treatment)
                                      : to_.add_input(name, from_.type(value));
  }

  void computed(Value value) {
    const Node& node = from_.node(value);
    std::vector<Value> inputs;
    for (Value input : node.inputs) inputs.push_back(at(input));
    became_[index(value)] = to_.add(node.op->name, std::move(inputs), node.attributes, node.name);
  }

  Graph finish() {
    for (const NamedValue& output : from_.outputs()) to_.add_output(output.name, at(output.value));
    for (const Update& update : from_.updates()) to_.add_update(at(update.parameter), at(update.value));
    return std::move(to_);
  }

 private:
  Value at(Value value) const { return {became_[index(value)].node, value.output}; }

  const Graph& from_;
  Graph to_;
  std::vector<Value> became_;
};

}  // namespace

Graph without_dead_nodes(const Graph& graph) {
  const std::vector<bool> live = live_nodes(graph);
  Copy copy(graph);
  for (std::size_t i = 0; i < live.size(); ++i) {
    const Value value = {static_cast<std::int32_t>(i), 0};
    if (graph.nodes()[i].op->has(trait_bound))
      copy.bound(value);
    else if (live[i])
      copy.computed(value);
  }
  return copy.finish();
}

}  // namespace gramstack
