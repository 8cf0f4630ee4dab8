#include "common/lower.h"

#include <fmt/format.h>

#include <map>

#include "api/ops.h"
#include "common/rule.h"

namespace gramstack::compiler {
namespace {

class Lowering {
 public:
  Lowering(const Graph& graph, const Dialect& dialect) : graph_(graph), dialect_(dialect), ids_(graph.nodes().size()) {
    program_.dialect = &dialect;
  }

  Program lower() {
    bind(graph_.inputs(), Place::input, program_.inputs);
    for (const Parameter& parameter : graph_.parameters())
      program_.parameters.push_back({parameter.name, source(parameter.value, Place::parameter)});
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i)
      if (ids_[i].empty()) lower(i);
    for (const NamedValue& output : graph_.outputs())
      program_.outputs.push_back({output.name, computed(id(output.value))});
    for (const gramstack::Update& update : graph_.updates())
      program_.updates.push_back({id(update.parameter), computed(id(update.value))});
    return std::move(program_);
  }

 private:
  TensorId id(Value value) const {
    return ids_[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.output)];
  }

  TensorId source(Value value, Place place) {
    const TensorId tensor = program_.add_tensor(graph_.type(value), Layout::plain, place);
    ids_[static_cast<std::size_t>(value.node)] = {tensor};
    return tensor;
  }

  void bind(const std::vector<NamedValue>& values, Place place, std::vector<Binding>& bindings) {
    for (const NamedValue& value : values) bindings.push_back({value.name, source(value.value, place)});
  }

  void lower(std::size_t i) {
    const Node& node = graph_.nodes()[i];
    std::vector<TensorId> inputs;
    for (Value input : node.inputs)
      if (input) inputs.push_back(id(input));
    const auto [known, is_new] = seen_.try_emplace(key(node, inputs), std::vector<TensorId>{});
    if (is_new) known->second = node.op->has(trait_source) ? constant(node) : instruction(node, std::move(inputs));
    ids_[i] = known->second;
  }

  static std::string key(const Node& node, const std::vector<TensorId>& inputs) {
    std::string text = fmt::format("{}({})", node.op->name, fmt::join(inputs, ","));
    for (const auto& [name, value] : node.attributes.items()) {
      text += " " + name + "=";
      std::visit([&](const auto& v) { append(text, v); }, value);
    }
    return text;
  }
  static void append(std::string& text, std::int64_t value) { text += fmt::format("{}", value); }
  static void append(std::string& text, double value) { text += fmt::format("{:a}", value); }
  template <class T>
  static void append(std::string& text, const std::vector<T>& values) {
    for (T value : values) append(text, value), text += ",";
  }

  std::vector<TensorId> constant(const Node& node) {
    const TensorId tensor = program_.add_tensor(node.outputs[0], Layout::plain, Place::constant);
    program_.tensor(tensor).values = node.attributes.reals("values");
    return {tensor};
  }

  std::vector<TensorId> instruction(const Node& node, std::vector<TensorId> inputs) {
    Instruction made;
    made.name = node.name;
    for (const TensorType& type : node.outputs) made.outputs.push_back(program_.add_tensor(type));
    const std::vector<TensorId> outputs = made.outputs;
    if (const Elementwise* function = dialect_.find_elementwise(node.op->name)) {
      made.rule = dialect_.elementwise;
      made.expressions.push_back(expression(*function, inputs, outputs[0]));
      collect_operands(made);
    } else {
      made.rule = dialect_.find_rule(node.op->name);
      made.inputs = std::move(inputs);
      made.attributes = node.attributes;
    }
    program_.instructions.push_back(std::move(made));
    return outputs;
  }

  Expression expression(const Elementwise& function, const std::vector<TensorId>& inputs, TensorId result) {
    Expression made;
    made.shape = program_.shape(result);
    made.inputs = {inputs[0]};
    int right = 0;
    if (!function.is_unary && inputs[1] != inputs[0]) made.inputs.push_back(inputs[1]), right = 1;
    made.terms.push_back({&function, 0, right, result});
    return made;
  }

  bool shares_memory_of_source(TensorId tensor) const {
    if (program_.tensor(tensor).place != Place::arena) return true;
    for (const Instruction& made : program_.instructions)
      if (made.rule->view && made.outputs[0] == tensor) return shares_memory_of_source(made.inputs[0]);
    return false;
  }

  TensorId computed(TensorId tensor) {
    if (!shares_memory_of_source(tensor)) return tensor;
    Instruction copy;
    copy.rule = dialect_.find_rule("copy");
    copy.inputs = {tensor};
    copy.outputs = {program_.add_tensor(program_.tensor(tensor).type)};
    program_.instructions.push_back(copy);
    return copy.outputs[0];
  }

  const Graph& graph_;
  const Dialect& dialect_;
  Program program_;
  std::vector<std::vector<TensorId>> ids_;  // by node; empty: not lowered yet
  std::map<std::string, std::vector<TensorId>> seen_;
};

}  // namespace

Program lower(const Graph& graph, const Dialect& dialect) { return Lowering(graph, dialect).lower(); }

}  // namespace gramstack::compiler
