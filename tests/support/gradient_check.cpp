#include "support/gradient_check.h"

#include <fmt/format.h>

#include <cmath>
#include <span>

namespace gramstack::test {

namespace {

constexpr std::size_t kMostLines = 5;

std::string argument_name(std::size_t i) { return "argument " + std::to_string(i); }
std::string gradient_name(std::size_t i) { return "gradient " + std::to_string(i); }

/// The values of all parameters, by name; every run starts from them, whatever a step has updated.
Tensors starting_values(const Graph& graph, const GradientCheck& check) {
  Tensors values;
  std::uint64_t seed = check.seed;
  for (const Parameter& parameter : graph.parameters()) {
    std::vector<double> numbers = normal_values(elements(graph.shape(parameter.value)), seed++);
    const bool argument = values.size() < check.shapes.size();
    for (double& number : numbers)
      if (argument)
        number += std::copysign(check.kink, number);
      else if (parameter.initializer.kind == Initializer::Kind::constant)
        number = parameter.initializer.scale;
    values.emplace(parameter.name, std::move(numbers));
  }
  return values;
}

class Run {
 public:
  Run(Device& device, const Graph& graph) : graph_(graph), plan_(device.compile(graph_)) {}

  void operator()(const Tensors& values) {
    for (const auto& [name, numbers] : values) plan_->write(name, std::as_bytes(std::span(numbers)));
    plan_->run();
  }

  std::vector<double> output(const std::string& name, const Shape& shape) const {
    std::vector<double> numbers(static_cast<std::size_t>(elements(shape)));
    plan_->read(name, std::as_writable_bytes(std::span(numbers)));
    return numbers;
  }

 private:
  Graph graph_;
  std::unique_ptr<Plan> plan_;
};

/// (f(x+h) - f(x-h)) / 2h for one element, which is left as it was.
double central_difference(Run& forward, Tensors& values, double& element, double step) {
  const double middle = element;
  element = middle + step;
  forward(values);
  const double above = forward.output("loss", {})[0];
  element = middle - step;
  forward(values);
  const double below = forward.output("loss", {})[0];
  element = middle;
  return (above - below) / (2 * step);
}

bool agree(double gradient, double difference, const GradientCheck& check) {
  const double size = std::max(std::abs(gradient), std::abs(difference));
  return std::abs(gradient - difference) <= check.absolute + check.relative * size;  // false for NaN
}

/// Collects what differs.
struct Faults {
  std::string text;
  std::size_t count = 0;

  void add(std::size_t argument, std::size_t element, double gradient, double difference) {
    if (count++ < kMostLines)
      text += fmt::format("{}, element {}: gradient {:.6g}, central difference {:.6g}\n", argument_name(argument),
                          element, gradient, difference);
  }
  std::string finish(std::size_t compared) const {
    return count == 0 ? "" : text + fmt::format("{} of {} elements differ", count, compared);
  }
};

}  // namespace

std::string check_gradients(const GradientCheck& check,
                            const std::function<Value(Builder&, const std::vector<Value>&)>& build) {
  Graph graph;
  Builder builder(graph, Mode::training, DataType::f64);
  std::vector<Value> arguments;
  for (std::size_t i = 0; i < check.shapes.size(); ++i)
    arguments.push_back(builder.weight(argument_name(i), check.shapes[i], Initializer::normal(1)));
  const Value loss = build(builder, arguments);
  graph.add_output("loss", loss);

  const std::shared_ptr<Device> reference = device("reference");
  Run forward(*reference, graph);
  const std::vector<Value> slopes = check.differentiate(graph, loss, arguments);
  for (std::size_t i = 0; i < slopes.size(); ++i) graph.add_output(gradient_name(i), slopes[i]);
  Run backward(*reference, without_dead_nodes(graph));

  Tensors values = starting_values(graph, check);
  backward(values);
  Faults faults;
  std::size_t compared = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::vector<double> analytic = backward.output(gradient_name(i), check.shapes[i]);
    std::vector<double>& numbers = values.at(argument_name(i));
    for (std::size_t k = 0; k < numbers.size(); ++k, ++compared) {
      const double difference = central_difference(forward, values, numbers[k], check.step);
      if (!agree(analytic[k], difference, check)) faults.add(i, k, analytic[k], difference);
    }
  }
  return faults.finish(compared);
}

}  // namespace gramstack::test
