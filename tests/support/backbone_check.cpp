#include "support/backbone_check.h"

#include <fmt/format.h>

#include <cmath>

namespace gramstack::test {
namespace {

constexpr double kStep = 1e-7, kRelative = 1e-4, kAbsolute = 1e-5;

Graph emitted(const Backbone& backbone, const Shape& input, std::optional<std::int64_t> classes) {
  Graph graph;
  Builder b(graph, Mode::training);
  graph.add_output("y", backbone.emit(b, b.input("x", {DataType::f32, input}), classes));
  return graph;
}

std::vector<double> initial_value(const Parameter& parameter, std::int64_t count, std::uint64_t seed) {
  std::vector<double> values = normal_values(count, seed);
  const Initializer& initializer = parameter.initializer;
  const bool constant = initializer.kind == Initializer::Kind::constant;
  for (double& value : values) value = constant ? initializer.scale + 0.1 * value : initializer.scale * value;
  return values;
}

/// A graph with outputs "loss" and, for every weight, "gradient of NAME". The input is the weight "x".
Graph differentiated(const Backbone& backbone, const Shape& input, std::optional<std::int64_t> classes) {
  Graph graph;
  Builder b(graph, Mode::training, DataType::f64);
  const Value y = backbone.emit(b, b.weight("x", input, Initializer::normal(1)), classes);
  const Shape shape = b.shape(y);
  const Value loss = b.sum(b.multiply(y, b.constant(shape, normal_values(elements(shape), 77))));
  std::vector<Value> weights;
  std::vector<std::string> names;
  for (const Parameter& parameter : graph.parameters()) {
    if (parameter.role != Role::weight) continue;
    weights.push_back(parameter.value);
    names.push_back(parameter.name);
  }
  const std::vector<Value> slopes = gradients(graph, loss, weights);
  graph.add_output("loss", loss);
  for (std::size_t i = 0; i < names.size(); ++i) graph.add_output("gradient of " + names[i], slopes[i]);
  return graph;
}

/// The parameters' values with those of one moved along a direction.
Tensors moved(Tensors values, const std::string& name, const std::vector<double>& direction, double step) {
  std::vector<double>& target = values.at(name);
  for (std::size_t i = 0; i < target.size(); ++i) target[i] += step * direction[i];
  return values;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

BackboneSummary summarize(const Backbone& backbone, const Shape& input, std::optional<std::int64_t> classes) {
  const Graph graph = emitted(backbone, input, classes);
  BackboneSummary summary{graph.shape(graph.outputs().front().value), 0};
  for (const Parameter& parameter : graph.parameters())
    if (parameter.role == Role::weight) summary.weights += elements(graph.shape(parameter.value));
  return summary;
}

std::string parameter_names(const Backbone& backbone, const Shape& input, std::optional<std::int64_t> classes) {
  const Graph graph = emitted(backbone, input, classes);
  std::string names;
  for (const Parameter& parameter : graph.parameters()) names += (names.empty() ? "" : " ") + parameter.name;
  return names;
}

Tensors initial_values(const Graph& graph, std::uint64_t seed) {
  Tensors values;
  for (const Parameter& parameter : graph.parameters())
    values[parameter.name] = initial_value(parameter, elements(graph.shape(parameter.value)), seed++);
  return values;
}

std::string check_backbone_gradient(const Backbone& backbone, const Shape& input, std::optional<std::int64_t> classes) {
  const Graph graph = differentiated(backbone, input, classes);
  const std::shared_ptr<Device> reference = device("reference");
  const Tensors values = initial_values(graph, 11);
  const Tensors results = evaluate(*reference, graph, values);
  std::uint64_t seed = 500;
  for (const Parameter& parameter : graph.parameters()) {
    if (parameter.role != Role::weight) continue;
    const std::vector<double> direction = normal_values(elements(graph.shape(parameter.value)), seed++);
    const double above = evaluate(*reference, graph, moved(values, parameter.name, direction, kStep)).at("loss")[0];
    const double below = evaluate(*reference, graph, moved(values, parameter.name, direction, -kStep)).at("loss")[0];
    const double expected = (above - below) / (2 * kStep);
    const double slope = dot(results.at("gradient of " + parameter.name), direction);
    if (!(std::abs(slope - expected) <= kAbsolute + kRelative * std::abs(expected)))
      return fmt::format("{}: gradient {}, central difference {}", parameter.name, slope, expected);
  }
  return "";
}

std::string check_sections(const Backbone& backbone, const Shape& input, std::optional<std::int64_t> classes) {
  Graph whole, cut;
  Builder in_whole(whole, Mode::training, DataType::f64), in_cut(cut, Mode::training, DataType::f64);
  whole.add_output("y", backbone.emit(in_whole, in_whole.weight("x", input, Initializer::normal(1)), classes));
  Value x = in_cut.weight("x", input, Initializer::normal(1));
  const std::vector<std::string> cuts = backbone.cuts();
  std::string after;
  for (const std::string& to : cuts) {
    x = backbone.emit(in_cut, after.empty() ? x : in_cut.relu(x), Section(cuts, after, to, std::nullopt));
    after = to;
  }
  if (classes) x = backbone.emit(in_cut, in_cut.relu(x), Section(cuts, after, "", classes));
  cut.add_output("y", x);
  const Tensors values = initial_values(whole, 31);
  if (cut.parameters().size() != whole.parameters().size())
    return fmt::format("{} parameters as a whole, {} in sections", whole.parameters().size(), cut.parameters().size());
  const std::shared_ptr<Device> reference = device("reference");
  return evaluate(*reference, whole, values).at("y") == evaluate(*reference, cut, values).at("y") ? ""
                                                                                                  : "outputs differ";
}

}  // namespace gramstack::test
