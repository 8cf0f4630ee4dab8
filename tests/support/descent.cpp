#include "support/descent.h"

#include <fmt/format.h>

#include <cmath>

namespace gramstack::test {
namespace {

/// One update of the weight "layer/weight" by the inputs "gradient", "rate" and "step".
Graph step_graph(const Optimizer& optimizer, DataType real, std::int64_t count, Treatment treatment = {}) {
  Graph graph;
  Builder b(graph, Mode::training, real);
  const Value parameter = b.weight("layer/weight", {count}, Initializer::constant(0), treatment);
  const Value gradient = b.input("gradient", {real, {count}});
  const Value rate = b.input("rate", {real, {}}), step = b.input("step", {real, {}});
  b.update(parameter, optimizer.emit(b, descent_of(b, *graph.find_parameter(parameter), gradient, rate, step)));
  return graph;
}

}  // namespace

std::vector<std::vector<double>> descend(const std::string& device_name, const Optimizer& optimizer,
                                         std::vector<double> parameter,
                                         const std::vector<std::vector<double>>& gradients, Treatment treatment) {
  const Graph graph =
      step_graph(optimizer, real_of(device_name), static_cast<std::int64_t>(parameter.size()), treatment);
  const std::shared_ptr<Device> target = device(device_name);
  Tensors state = {{"layer/weight", std::move(parameter)}};
  std::vector<std::vector<double>> path;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    state["gradient"] = gradients[i];
    state["rate"] = {optimizer.learning_rate()};
    state["step"] = {static_cast<double>(i + 1)};
    state = evaluate(*target, graph, state);
    path.push_back(state.at("layer/weight"));
  }
  return path;
}

std::string check_descent(const std::string& name, const Settings& settings,
                          const std::vector<std::vector<double>>& expected) {
  const std::vector<std::vector<double>> slopes = {{0.1, -0.2, 0.3}, {0.4, 0.0, -0.1}, {-0.3, 0.2, 0.05}};
  for (const std::string& device : devices()) {
    const double tolerance = device == "reference" ? 1e-9 : 1e-6;
    const std::vector<std::vector<double>> path =
        descend(device, *make<Optimizer>(name, settings), {1, -2, 0.5}, slopes);
    for (std::size_t step = 0; step < expected.size(); ++step)
      for (std::size_t i = 0; i < 3; ++i)
        if (!(std::abs(path[step][i] - expected[step][i]) <= tolerance))
          return fmt::format("{}, step {}, element {}: {:.9f}, expected {:.9f}", device, step + 1, i, path[step][i],
                             expected[step][i]);
  }
  return "";
}

std::string slot_names(const Optimizer& optimizer) {
  const Graph graph = step_graph(optimizer, DataType::f32, 2);
  std::string names;
  for (const Parameter& parameter : graph.parameters())
    if (parameter.role == Role::slot) names += (names.empty() ? "" : " ") + parameter.name;
  return names;
}

}  // namespace gramstack::test
