#include "training/parameters.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "store/module_file.h"
#include "training/inference.h"
#include "training/inverse_factor.h"
#include "training/random.h"
#include "training/whitening.h"

namespace gramstack {
namespace {

HostTensor tensor_of(const std::vector<float>& values, const Shape& shape) {
  HostTensor tensor;
  tensor.type = {DataType::f32, shape};
  tensor.bytes.resize(tensor.type.bytes());
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

/// Filters [k,c,h,w]: the first c of them pass a channel on each.
void put_identity(const Shape& shape, std::vector<float>& filters) {
  const std::int64_t filter = elements(shape) / shape[0], taps = filter / shape[1];
  const std::int64_t middle = shape[2] / 2 * shape[3] + shape[3] / 2;
  for (std::int64_t k = 0; k < std::min(shape[0], shape[1]); ++k) {
    const auto begin = filters.begin() + k * filter;
    std::fill(begin, begin + filter, 0.0f);
    begin[k * taps + middle] = 1;
  }
}

std::vector<float> drawn_values(const Network& network, const Parameter& parameter, const Shape& shape) {
  using Kind = Initializer::Kind;
  const std::int64_t count = elements(shape);
  const RandomStream stream(network.pipeline->seed, network.initial_name(parameter.name));
  const Initializer& initializer = parameter.initializer;
  std::vector<float> values(static_cast<std::size_t>(count), static_cast<float>(initializer.scale));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (initializer.kind == Kind::normal) values[i] = static_cast<float>(initializer.scale * stream.normal(0, i));
    if (initializer.kind == Kind::uniform || initializer.kind == Kind::identity)
      values[i] = static_cast<float>(initializer.scale * (2 * stream.uniform(0, i) - 1));
  }
  if (initializer.kind == Kind::identity) put_identity(shape, values);
  return values;
}

/// `count` positions within `training` (REQUIRES: as many), shuffled; balanced: the classes by turns.
Indices draw_examples(const Examples& training, std::int64_t count, bool balanced, std::uint64_t seed) {
  const Indices order = RandomStream(seed, "examples").permutation(training.size(), 0);
  if (!balanced) return Indices(order.begin(), order.begin() + count);
  std::map<std::int32_t, Indices> by_class;
  for (const std::int64_t example : order)
    by_class[training.labels()[static_cast<std::size_t>(example)]].push_back(example);
  Indices chosen;
  for (std::size_t round = 0; static_cast<std::int64_t>(chosen.size()) < count; ++round)
    for (const auto& [label, examples] : by_class)
      if (round < examples.size() && static_cast<std::int64_t>(chosen.size()) < count)
        chosen.push_back(examples[round]);
  return chosen;
}

/// The input values of the parameter's module for `count` examples.
std::vector<float> example_rows(const TensorMap& values, const Network& network, const Parameter& parameter,
                                std::int64_t count, const Examples& training) {
  const std::int64_t batch = inference_batch(count);
  Inference inference(*network.pipeline->device, preactivation_graph(network, network.module_of(parameter.name), batch),
                      batch);
  inference.write(values);
  Feed feed(network, training);
  const bool balanced = parameter.initializer.balanced && !network.pipeline->data.pairs;
  return inference.run(feed, draw_examples(training, count, balanced, network.pipeline->seed), {});
}

std::vector<float> example_values(const TensorMap& values, const Network& network, const Parameter& parameter,
                                  const Shape& shape, const Examples& training) {
  const std::int64_t count = shape.front();
  std::vector<float> rows = example_rows(values, network, parameter, count, training);
  const std::int64_t width = static_cast<std::int64_t>(rows.size()) / count;
  if (width * count != elements(shape))
    throw Error(ExitCode::configuration,
                fmt::format("{}: it is {}, but an example has {} numbers", parameter.name, to_string(shape), width));
  return rows;
}

/// The Gram matrix of `count` rows, by the kernel of the module below `module`.
std::vector<float> gram_of(const Network& network, std::size_t module, const std::vector<float>& rows,
                           std::int64_t count) {
  Graph graph;
  Builder b(graph, Mode::inference);
  const std::int64_t width = static_cast<std::int64_t>(rows.size()) / count;
  const Value input = b.input("rows", {DataType::f32, {count, width}});
  graph.add_output("gram", network.module(module - 1).kernel->gram(b, input));
  const std::unique_ptr<Plan> plan = network.pipeline->device->compile(without_dead_nodes(graph));
  plan->write("rows", std::as_bytes(std::span(rows)));
  plan->run();
  std::vector<float> gram(static_cast<std::size_t>(count * count));
  plan->read("gram", std::as_writable_bytes(std::span(gram)));
  return gram;
}

std::vector<float> factor_values(const TensorMap& values, const Network& network, const Parameter& parameter,
                                 const Shape& shape, const Examples& training) {
  const std::int64_t count = shape.front();
  const std::vector<float> rows = example_rows(values, network, parameter, count, training);
  const std::vector<float> gram = gram_of(network, network.module_of(parameter.name), rows, count);
  return inverse_factor(gram, count, parameter.initializer.scale, parameter.name);
}

std::vector<float> initial_value(const TensorMap& values, const Network& network, const Parameter& parameter,
                                 const Shape& shape, const Examples& training) {
  switch (parameter.initializer.kind) {
    case Initializer::Kind::examples:
      return example_values(values, network, parameter, shape, training);
    case Initializer::Kind::inverse_factor:
      return factor_values(values, network, parameter, shape, training);
    case Initializer::Kind::whitening:
      return whitening_filters(network, training, parameter.name, shape, parameter.initializer.scale);
    default:
      return drawn_values(network, parameter, shape);
  }
}

}  // namespace

void write_parameters(Plan& plan, const Graph& graph, const TensorMap& values) {
  for (const Parameter& parameter : graph.parameters()) plan.write(parameter.name, values.at(parameter.name).bytes);
}

TensorMap read_parameters(const Plan& plan, const Graph& graph) {
  TensorMap values;
  for (const Parameter& parameter : graph.parameters()) {
    HostTensor tensor{graph.type(parameter.value), {}};
    tensor.bytes.resize(tensor.type.bytes());
    plan.read(parameter.name, tensor.bytes);
    values.emplace(parameter.name, std::move(tensor));
  }
  return values;
}

std::map<std::string, TensorType> module_tensors(const Graph& graph, const std::string& prefix) {
  std::map<std::string, TensorType> types;
  for (const Parameter& parameter : graph.parameters())
    if (parameter.role != Role::slot && parameter.name.starts_with(prefix))
      types.emplace(parameter.name.substr(prefix.size()), graph.type(parameter.value));
  return types;
}

TensorMap without_prefix(const TensorMap& values, const std::string& prefix,
                         const std::map<std::string, TensorType>& wanted) {
  TensorMap result;
  for (const auto& [name, type] : wanted) result.emplace(name, values.at(prefix + name));
  return result;
}

TensorMap with_prefix(const TensorMap& values, const std::string& prefix) {
  TensorMap result;
  for (const auto& [name, tensor] : values) result.emplace(prefix + name, tensor);
  return result;
}

void add_module(const Network& network, std::size_t module, const TensorMap& tensors, const std::string& file,
                TensorMap& values) {
  const std::string prefix = network.prefix(module);
  const Graph graph = inference_graph(network, {Source::images, module, module}, 1);
  check_tensors(tensors, module_tensors(graph, prefix), file);
  values.merge(with_prefix(tensors, prefix));
}

TensorMap values_below(const Network& network, std::size_t module, const TensorMap& values) {
  TensorMap below;
  for (const auto& [name, tensor] : values)
    for (std::size_t m = 0; m < module; ++m)
      if (name.starts_with(network.prefix(m))) below.emplace(name, tensor);
  return below;
}

// In the graph's order: a parameter's examples may depend on those before it.
void add_initial_values(TensorMap& values, const Network& network, const Graph& graph, const Examples& training) {
  for (const Parameter& parameter : graph.parameters()) {
    if (values.contains(parameter.name)) continue;
    const Shape& shape = graph.shape(parameter.value);
    values.emplace(parameter.name, tensor_of(initial_value(values, network, parameter, shape, training), shape));
  }
}

}  // namespace gramstack
