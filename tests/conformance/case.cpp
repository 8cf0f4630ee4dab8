#include "case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "api/ops.h"

namespace gramstack::conformance {
namespace {

std::string text_of(const Attribute& attribute) {
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&attribute)) return std::to_string(*integer);
  if (const double* number = std::get_if<double>(&attribute)) return fmt::format("{}", *number);
  if (const std::vector<std::int64_t>* list = std::get_if<std::vector<std::int64_t>>(&attribute))
    return to_string(Shape(*list));
  return fmt::format("[{} numbers]", std::get<std::vector<double>>(attribute).size());
}

std::string name_of_case(const std::string& op, const std::vector<Operand>& operands, const Attributes& attributes) {
  std::string name = op;
  for (const Operand& operand : operands) name += " " + to_string(operand.type.shape);
  for (const auto& [key, value] : attributes.items()) name += " " + key + "=" + text_of(value);
  return name;
}

Value add_operand(CaseBuilder& builder, const Operand& operand) {
  if (!is_real(operand.type.type)) {
    const std::int64_t count = operand.type.elements();
    return builder.input(operand.type, operand.values.empty() ? operand.fill(count, 1) : operand.values);
  }
  return operand.values.empty() ? builder.argument(operand.type.shape, operand.fill)
                                : builder.argument(operand.type.shape, operand.values);
}

}  // namespace

std::vector<double> normal(std::int64_t count, std::uint64_t seed) { return test::normal_values(count, seed); }

std::vector<double> positive(std::int64_t count, std::uint64_t seed) {
  std::vector<double> values = normal(count, seed);
  for (double& value : values) value = std::abs(value) + 0.5;
  return values;
}

std::vector<double> pixels(std::int64_t count, std::uint64_t seed) {
  std::vector<double> values = normal(count, seed);
  for (double& value : values) value = std::clamp(std::floor(128 + 90 * value), 0.0, 255.0);
  return values;
}

Value CaseBuilder::argument(Shape shape, Fill fill) {
  const std::int64_t count = elements(shape);
  return argument(std::move(shape), fill(count, next_seed()));
}

Value CaseBuilder::argument(Shape shape, std::vector<double> values) {
  const std::string name = next("a", arguments_);
  program_.feeds[name] = std::move(values);
  return builder_.weight(name, std::move(shape), Initializer::constant(0));
}

Value CaseBuilder::input(TensorType type, std::vector<double> values) {
  const std::string name = next("i", inputs_);
  program_.feeds[name] = std::move(values);
  return builder_.input(name, std::move(type));
}

Value CaseBuilder::input(Shape shape, Fill fill) {
  std::vector<double> values = fill(elements(shape), next_seed());
  return input({builder_.real(), std::move(shape)}, std::move(values));
}

Value CaseBuilder::labels(std::vector<double> values) {
  const std::int64_t count = static_cast<std::int64_t>(values.size());
  return input({DataType::i32, {count}}, std::move(values));
}

void CaseBuilder::output(Value value) { program_.graph.add_output(next("y", outputs_), value); }

void CaseBuilder::result(Value value) {
  output(value);
  const Value weighted = builder_.sum(builder_.multiply(value, input(builder_.shape(value))));
  loss_ = loss_ ? builder_.add(loss_, weighted) : weighted;
}

void CaseBuilder::loss(Value value) {
  output(value);
  loss_ = value;
}

void CaseBuilder::add_gradients() {
  std::vector<std::string> names;
  for (const Parameter& parameter : program_.graph.parameters())
    if (parameter.role == Role::weight) {
      program_.arguments.push_back(parameter.value);
      names.push_back("d " + parameter.name);
    }
  const std::vector<Value> found = gradients(program_.graph, loss_, program_.arguments);
  for (std::size_t i = 0; i < found.size(); ++i) program_.graph.add_output(names[i], found[i]);
}

/// Parameters that layers made take numbers as their initializers say, up to the exact distribution.
void CaseBuilder::fill_parameters() {
  for (const Parameter& parameter : program_.graph.parameters()) {
    if (program_.feeds.contains(parameter.name)) continue;
    const std::int64_t count = elements(program_.graph.shape(parameter.value));
    const Initializer& initializer = parameter.initializer;
    std::vector<double> values(static_cast<std::size_t>(count), initializer.scale);
    if (initializer.kind != Initializer::Kind::constant) {
      values = normal(count, next_seed());
      const double scale = initializer.kind == Initializer::Kind::examples ? 1 : initializer.scale;
      for (double& value : values) value *= scale;
    }
    program_.feeds[parameter.name] = std::move(values);
  }
}

Program build(const Case& subject, DataType real) {
  Program program;
  CaseBuilder builder(program, real);
  subject.build(builder);
  program.forward_nodes = program.graph.nodes().size();
  program.loss = builder.loss_;
  if (subject.backward && builder.loss_) builder.add_gradients();
  builder.fill_parameters();
  return program;
}

Operand real(Shape shape, Fill fill) { return {{DataType::f32, std::move(shape)}, fill, {}}; }

Operand given(Shape shape, std::vector<double> values) {
  return {{DataType::f32, std::move(shape)}, normal, std::move(values)};
}

Operand labels(std::vector<double> values) {
  const std::int64_t count = static_cast<std::int64_t>(values.size());
  return {{DataType::i32, {count}}, normal, std::move(values)};
}

Operand offsets(std::vector<double> values) {
  const std::int64_t count = static_cast<std::int64_t>(values.size());
  return {{DataType::i32, {count / 3, 3}}, normal, std::move(values)};
}

Operand images(Shape shape) { return {{DataType::u8, std::move(shape)}, pixels, {}}; }

Case op_case(const std::string& op, const std::vector<Operand>& operands, const Attributes& attributes) {
  Case made;
  made.name = name_of_case(op, operands, attributes);
  made.backward = find_op(op) && find_op(op)->gradient;
  made.build = [op, operands, attributes, differentiable = made.backward](CaseBuilder& builder) {
    std::vector<Value> inputs;
    for (const Operand& operand : operands) inputs.push_back(add_operand(builder, operand));
    Graph& graph = builder.builder().graph();
    const Value first = graph.add(op, inputs, attributes, "tested");
    differentiable ? builder.result(first) : builder.output(first);
    const std::size_t outputs = graph.node(first).outputs.size();
    for (std::size_t i = 1; i < outputs; ++i) builder.output({first.node, static_cast<std::int32_t>(i)});
  };
  return made;
}

Case noted(Case subject, const std::string& note) {
  subject.name += ", " + note;
  return subject;
}

}  // namespace gramstack::conformance
