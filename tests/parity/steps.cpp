// Ten steps of SGD on fixed batches, for each network, objective and device; parity.py repeats them in PyTorch.
//   parity_steps FOLDER
// writes FOLDER/NETWORK.OBJECTIVE.DEVICE/{x,y,rate,losses}.npy and {before,after}/PARAMETER.npy ("/" in names as ".").
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "npy.h"
#include "support/backbone_check.h"

namespace {

using namespace gramstack;
using namespace gramstack::test;
namespace fs = std::filesystem;

constexpr std::int64_t kSteps = 10, kClasses = 10;

struct Network {
  std::string name, backbone;
  Settings settings;
  Shape images;        ///< of one batch
  std::string kernel;  ///< completes it as a hidden module
  double rate, pairwise_rate;
};

Value emit_loss(Builder& b, const Network& network, bool pairs, Value x, Value labels) {
  const std::shared_ptr<Backbone> backbone = make<Backbone>(network.backbone, network.settings);
  if (!pairs) {
    const Value scores = backbone->emit(b, x, kClasses);
    return make<Loss>("cross-entropy")->emit(b, {scores, {}, b.one_hot(labels, kClasses), {}});
  }
  const std::shared_ptr<Kernel> kernel = make<Kernel>(network.kernel);
  const Value gram = kernel->gram(b, backbone->emit(b, x, std::nullopt));
  return make<Loss>("alignment")->emit(b, {gram, b.pair_masks(labels), {}, kernel->range()});
}

Graph step_graph(const Network& network, bool pairs) {
  Graph graph;
  Builder b(graph, Mode::training);
  const Value x = b.input("x", {DataType::f32, network.images});
  const Value labels = b.input("y", {DataType::i32, {network.images[0]}});
  const Value rate = b.input("rate", {DataType::f32, {}}), step = b.input("step", {DataType::f32, {}});
  const Value loss = emit_loss(b, network, pairs, x, labels);
  graph.add_output("loss", loss);
  std::vector<Parameter> weights = graph.parameters();
  std::erase_if(weights, [](const Parameter& parameter) { return parameter.role != Role::weight; });
  std::vector<Value> values;
  for (const Parameter& weight : weights) values.push_back(weight.value);
  const std::vector<Value> slopes = gradients(graph, loss, values);
  const std::shared_ptr<Optimizer> sgd =
      make<Optimizer>("sgd", {{"lr", "1"}, {"momentum", "0.9"}, {"weight_decay", "1e-4"}});
  for (std::size_t i = 0; i < weights.size(); ++i)
    b.update(values[i], sgd->emit(b, {weights[i].name, values[i], slopes[i], rate, step}));
  return graph;
}

/// Images that differ by class, so that there is something to learn.
std::vector<double> images_of(const std::vector<double>& labels, const Shape& shape, std::uint64_t seed) {
  const std::int64_t size = elements(shape) / shape[0];
  const std::vector<double> patterns = normal_values(kClasses * size, 1);
  std::vector<double> x = normal_values(elements(shape), seed);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t image = i / static_cast<std::size_t>(size), pixel = i % static_cast<std::size_t>(size);
    x[i] =
        0.5 * x[i] + 0.5 * patterns[static_cast<std::size_t>(labels[image]) * static_cast<std::size_t>(size) + pixel];
  }
  return x;
}

std::vector<double> labels_of(std::int64_t count, std::int64_t step) {
  std::vector<double> labels;
  for (std::int64_t i = 0; i < count; ++i) labels.push_back(static_cast<double>((7 * i * i + 3 * step + i) % kClasses));
  return labels;
}

void append(std::vector<std::byte>& all, const std::vector<std::byte>& part) {
  all.insert(all.end(), part.begin(), part.end());
}

void write_parameters(const fs::path& folder, const Graph& graph, const Plan& plan) {
  fs::create_directories(folder);
  for (const Parameter& parameter : graph.parameters()) {
    if (parameter.role == Role::slot) continue;
    std::string name = parameter.name;
    std::replace(name.begin(), name.end(), '/', '.');
    std::vector<std::byte> bytes(graph.type(parameter.value).bytes());
    plan.read(parameter.name, bytes);
    write_npy(folder / (name + ".npy"), graph.type(parameter.value), bytes);
  }
}

void initialize(Plan& plan, const Graph& graph) {
  for (const auto& [name, values] : initial_values(graph, 21)) {
    const Parameter& parameter = *graph.find_parameter(name);
    const std::vector<double> zeros(values.size());
    write(plan, name, graph.type(parameter.value).type, parameter.role == Role::slot ? zeros : values);
  }
}

Shape batches(Shape shape) {
  shape.insert(shape.begin(), kSteps);
  return shape;
}

void train(const fs::path& folder, const Network& network, bool pairs, const std::string& device_name) {
  const Graph graph = step_graph(network, pairs);
  const std::unique_ptr<Plan> plan = device(device_name)->compile(graph);
  initialize(*plan, graph);
  const std::vector<double> rate = {pairs ? network.pairwise_rate : network.rate};
  write(*plan, "rate", DataType::f32, rate);
  write_parameters(folder / "before", graph, *plan);
  std::vector<std::byte> x, y, losses;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const std::vector<double> labels = labels_of(network.images[0], step);
    append(x, encode(DataType::f32, images_of(labels, network.images, 100 + static_cast<std::uint64_t>(step))));
    append(y, encode(DataType::i32, labels));
    const std::size_t image_bytes = x.size() / static_cast<std::size_t>(step + 1);
    plan->write("x", std::span<const std::byte>(x).last(image_bytes));
    write(*plan, "y", DataType::i32, labels);
    write(*plan, "step", DataType::f32, {static_cast<double>(step + 1)});
    plan->run();
    append(losses, encode(DataType::f32, read(*plan, "loss", {DataType::f32, {}})));
  }
  write_npy(folder / "x.npy", {DataType::f32, batches(network.images)}, x);
  write_npy(folder / "y.npy", {DataType::i32, batches({network.images[0]})}, y);
  write_npy(folder / "rate.npy", {DataType::f32, {}}, encode(DataType::f32, rate));
  write_npy(folder / "losses.npy", {DataType::f32, {kSteps}}, losses);
  write_parameters(folder / "after", graph, *plan);
}

/// Rounding moves the input of some ReLU of the ResNet over zero in most steps, which changes a gradient by 1e-3. Its
/// rates are low enough that losses do not feel it, and high enough that they would feel a gradient that is wrong.
void train_all(const fs::path& folder) {
  const Network lenet = {"lenet5", "lenet5", {}, {32, 1, 28, 28}, "relu", 0.05, 0.05};
  const Network resnet = {"resnet18", "resnet", {{"width", "8"}}, {16, 3, 32, 32}, "relu-pool", 1e-4, 1e-2};
  const std::vector<std::pair<Network, std::string>> runs = {
      {lenet, "onednn"}, {lenet, "reference"}, {resnet, "onednn"}};
  for (const auto& [network, device_name] : runs)
    for (const bool pairs : {false, true})
      train(folder / fmt::format("{}.{}.{}", network.name, pairs ? "alignment" : "cross-entropy", device_name), network,
            pairs, device_name);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: parity_steps FOLDER\n", stderr);
    return 2;
  }
  try {
    train_all(arguments[1]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "parity_steps: %s\n", error.what());
    return 1;
  }
}
