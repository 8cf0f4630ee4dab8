#include <fmt/format.h>

#include <stdexcept>

#include "api/error.h"
#include "api/ops.h"
#include "graph/check.h"

namespace gramstack {

namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ExitCode::configuration, message); }

Value filled(Graph& graph, const TensorType& type, double value, const std::string& name) {
  const std::int64_t bits = type.type == DataType::f64 ? 64 : 32;
  return graph.add("constant", {}, {{"shape", type.shape}, {"values", std::vector<double>{value}}, {"precision", bits}},
                   name);
}

/// Walks from the loss back and holds, for every value, the sum of the gradients that its uses have sent it.
class Backward {
 public:
  Backward(Graph& graph, const std::vector<Value>& wrt) : graph_(graph), gradients_(graph.nodes().size()) {
    for (std::size_t i = 0; i < gradients_.size(); ++i) gradients_[i].resize(graph.nodes()[i].outputs.size());
    wanted_ = gradients_;
    for (Value value : wrt) slot(wanted_, value) = value;
    mark_dependent();
  }

  void run(Value loss) {
    if (!wanted(loss)) return;
    slot(gradients_, loss) = filled(graph_, TensorType(graph_.type(loss)), 1, graph_.node(loss).name);
    for (std::int32_t i = loss.node; i >= 0; --i)
      if (dependent_[static_cast<std::size_t>(i)] && reached(i)) differentiate(i);
  }

  Value gradient(Value value) { return slot(gradients_, value); }

 private:
  using Slots = std::vector<std::vector<Value>>;  // by node and output

  static Value& slot(Slots& slots, Value value) {
    return slots[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.output)];
  }

  /// A gradient of this value is needed: it is a wrt or depends on one.
  bool wanted(Value value) { return slot(wanted_, value) || dependent_[static_cast<std::size_t>(value.node)]; }

  void mark_dependent() {
    dependent_.assign(gradients_.size(), false);
    for (std::size_t i = 0; i < gradients_.size(); ++i)
      for (Value input : graph_.nodes()[i].inputs)
        if (wanted(input)) dependent_[i] = true;
  }

  bool reached(std::int32_t i) const {
    for (Value gradient : gradients_[static_cast<std::size_t>(i)])
      if (gradient) return true;
    return false;
  }

  void differentiate(std::int32_t i) {
    const Node node = graph_.nodes()[static_cast<std::size_t>(i)];
    const std::string place = place_of(*node.op, node.name);
    if (!node.op->gradient) refuse(place + " is not differentiable, and the gradient of the loss passes through it");
    const std::vector<Value> results = apply_rule(i, node, place);
    for (std::size_t k = 0; k < node.inputs.size(); ++k)
      if (wanted(node.inputs[k])) send(node.inputs[k], results.at(k), k, place);
  }

  std::vector<Value> apply_rule(std::int32_t i, const Node& node, const std::string& place) {
    std::vector<Value> outputs;
    for (std::size_t k = 0; k < node.outputs.size(); ++k) outputs.push_back({i, static_cast<std::int32_t>(k)});
    try {
      return node.op->gradient({graph_, node, std::move(outputs), gradients_[static_cast<std::size_t>(i)]});
    } catch (const Error& error) {
      throw Error(error.code(), place + " " + error.what());
    }
  }

  void send(Value to, Value gradient, std::size_t k, const std::string& place) {
    if (!gradient) refuse(fmt::format("{} has no gradient for its input {}", place, k));
    if (graph_.type(gradient) != graph_.type(to)) throw std::logic_error(place + ": gradient of another type");
    Value& sum = slot(gradients_, to);
    sum = sum ? graph_.add("add", {sum, gradient}, {}, graph_.node(to).name) : gradient;
  }

  Graph& graph_;
  Slots gradients_;
  Slots wanted_;                 // set where a value is a wrt
  std::vector<bool> dependent_;  // by node: some input is or depends on a wrt
};

}  // namespace

Value GradientInput::add(std::string_view op, std::vector<Value> inputs, const Attributes& attributes) const {
  return graph.add(op, std::move(inputs), attributes, node.name);
}

std::vector<Value> gradients(Graph& graph, Value loss, const std::vector<Value>& wrt) {
  const TensorType& type = graph.type(loss);
  if (!type.shape.empty() || !is_real(type.type))
    refuse("gradients are taken of a real scalar, got " + to_string(type));
  for (Value value : wrt)
    if (!is_real(graph.type(value).type))
      refuse("gradients are taken with respect to real values, got " + to_string(graph.type(value)));
  Backward backward(graph, wrt);
  backward.run(loss);
  std::vector<Value> result;
  for (Value value : wrt) {
    const Value gradient = backward.gradient(value);
    const std::string name = graph.node(value).name;
    result.push_back(gradient ? gradient : filled(graph, TensorType(graph.type(value)), 0, name));
  }
  return result;
}

}  // namespace gramstack
