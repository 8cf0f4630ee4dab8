// The list of cases is complete, and its gradients are right on the reference device itself.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "api/ops.h"
#include "cases.h"
#include "devices.h"

namespace gramstack::conformance {
namespace {

/// Ops of the graph, and those of the differentiated part that depend on an argument.
void collect(const Program& program, std::set<std::string>& forward, std::set<std::string>& backward) {
  std::vector<bool> depends;
  for (std::size_t i = 0; i < program.graph.nodes().size(); ++i) {
    const Node& node = program.graph.nodes()[i];
    bool found = program.graph.find_parameter(Value{static_cast<std::int32_t>(i), 0}) != nullptr;
    for (const Value input : node.inputs) found = found || depends[static_cast<std::size_t>(input.node)];
    depends.push_back(found);
    forward.insert(node.op->name);
    if (found && program.arguments.size() > 0 && i < program.forward_nodes) backward.insert(node.op->name);
  }
}

TEST_CASE("conformance: every op has a case, every differentiable op a backward case") {
  std::set<std::string> forward;
  std::set<std::string> backward;
  for (const Case& subject : all_cases()) collect(build(subject), forward, backward);
  for (const Op& op : op_table()) {
    CHECK_MESSAGE(forward.contains(op.name), "no case for op '", op.name, "'");
    if (op.gradient) CHECK_MESSAGE(backward.contains(op.name), "no backward case for op '", op.name, "'");
  }
}

TEST_CASE("conformance: the reference device declines nothing") {
  for (const Case& subject : all_cases()) {
    const Program program = build(subject);
    for (const Node& node : program.graph.nodes())
      CHECK_MESSAGE(reference().declines(program.graph, node) == "", subject.name);
  }
}

/// The loss of a case as a function of its arguments, in f64.
class Loss {
 public:
  explicit Loss(Case subject) {
    subject.backward = false;
    program_ = build(subject, DataType::f64);
    program_.graph.add_output("loss", program_.loss);
    plan_ = reference().compile(without_dead_nodes(program_.graph));
    for (const NamedValue& input : program_.graph.inputs()) write(input.name, input.value);
    for (const Parameter& parameter : program_.graph.parameters()) write(parameter.name, parameter.value);
  }

  /// d(loss)/d(element), from the values at +-step around it; leaves the argument as it was.
  double slope(const std::string& name, std::size_t element) {
    std::vector<double>& values = program_.feeds[name];
    const double middle = values[element];
    const double step = 1e-5 * std::max(1.0, std::abs(middle));
    const Value argument = program_.graph.find_parameter(name)->value;
    const auto loss_at = [&](double value) {
      values[element] = value;
      write(name, argument);
      plan_->run();
      return test::read(*plan_, "loss", {DataType::f64, {}})[0];
    };
    const double difference = loss_at(middle + step) - loss_at(middle - step);
    values[element] = middle;
    write(name, argument);
    return difference / (2 * step);
  }

 private:
  void write(const std::string& name, Value value) {
    test::write(*plan_, name, program_.graph.type(value).type, program_.feeds.at(name));
  }

  Program program_;
  std::unique_ptr<Plan> plan_;
};

/// Some elements of every argument: first, last and a few between.
std::string check_slopes(const Case& subject) {
  const Program program = build(subject, DataType::f64);
  const test::Tensors results = test::evaluate(reference(), program.graph, program.feeds);
  Loss loss(subject);
  for (const Value argument : program.arguments) {
    const std::string name = program.graph.find_parameter(argument)->name;
    const std::vector<double>& gradient = results.at("d " + name);
    const std::size_t stride = std::max<std::size_t>(1, gradient.size() / 3);
    for (std::size_t i = 0; i < gradient.size(); i += stride) {
      const double slope = loss.slope(name, i);
      if (std::abs(slope - gradient[i]) > 2e-6 * std::max(1.0, std::abs(slope)))
        return fmt::format("{}: d {}[{}] is {:.9g}, differences give {:.9g}", subject.name, name, i, gradient[i],
                           slope);
    }
  }
  return "";
}

TEST_CASE("conformance: gradients agree with differences on the reference device") {
  int checked = 0;
  for (const Case& subject : all_cases()) {
    const Program program = build(subject, DataType::f64);
    if (program.arguments.empty() || !subject.smooth) continue;
    ++checked;
    const std::string failure = check_slopes(subject);
    CHECK_MESSAGE(failure.empty(), failure);
  }
  CHECK(checked > 300);
}

TEST_CASE("conformance: no backward case has only zero gradients") {
  for (const Case& subject : all_cases()) {
    const Program program = build(subject, DataType::f64);
    if (program.arguments.empty() || subject.flat) continue;
    const test::Tensors results = test::evaluate(reference(), program.graph, program.feeds);
    double largest = 0;
    for (const auto& [name, values] : results)
      if (name.starts_with("d "))
        for (const double value : values) largest = std::max(largest, std::abs(value));
    CHECK_MESSAGE(largest > 1e-9, subject.name);
  }
}

}  // namespace
}  // namespace gramstack::conformance
