#include "training/stored_stack.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "pipeline/stored_part.h"
#include "training/parameters.h"

namespace gramstack {
namespace {

bool has_centres(const Graph& graph) {
  return std::any_of(graph.parameters().begin(), graph.parameters().end(),
                     [](const Parameter& parameter) { return parameter.name.starts_with("kernel/"); });
}

std::string shape_text(const Shape& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text;
}

}  // namespace

void check_stored_images(const StoredSource& lowest, const ImageFormat& format) {
  const Shape images{format.channels, format.height, format.width};
  if (lowest.module.input != images)
    throw Error(ExitCode::data, fmt::format("module file {} was trained on images of {}, those of the data set are {}",
                                            lowest.file.string(), shape_text(lowest.module.input), shape_text(images)));
}

void add_stored_parameters(const Network& network, std::size_t m, TensorMap& parameters) {
  const StoredSource& stored = *network.module(m).stored;
  const Graph graph = inference_graph(network, {Source::images, 0, m}, 1);
  check_tensors(stored.module.tensors, module_tensors(graph, network.prefix(m)), "module file " + stored.file.string());
  parameters.merge(with_prefix(stored.module.tensors, network.prefix(m)));
}

StoredStack::StoredStack(const ModuleStore& store, const std::string& hash, const DataSpec& data,
                         std::shared_ptr<Device> device, const Registry& registry) {
  pipeline_.data = data;
  pipeline_.device = std::move(device);
  for (StoredSource& source : read_stack(store, hash)) {
    if (!source.module.hidden)
      throw Error(ExitCode::file,
                  fmt::format("module {} ({}) is an output module: it gives scores of the classes that it was trained "
                              "on, and only hidden modules give features",
                              source.hash.substr(0, 12), source.module.module));
    const std::string name = fmt::format("module{}", pipeline_.stack.size());
    pipeline_.stack.push_back(stored_module(std::make_shared<StoredSource>(std::move(source)), name, registry));
  }
  const StoredSource& lowest = *pipeline_.stack.front().stored;
  check_stored_images(lowest, data.dataset->format());
  network_ = make_network(pipeline_, {lowest.module.mean, lowest.module.deviation}, 0);
  for (std::size_t m = 0; m < network_.size(); ++m) add_stored_parameters(network_, m, parameters_);
}

FeatureTable StoredStack::run(Graph graph, std::int64_t batch, const Examples& examples, const Poll& poll) {
  Inference inference(*pipeline_.device, std::move(graph), batch);
  inference.write(parameters_);
  Feed feed(network_, examples);
  return {inference.run(feed, all_positions(examples), poll), inference.width()};
}

FeatureTable StoredStack::outputs(const Examples& examples, const Poll& poll) {
  const std::int64_t batch = inference_batch(examples.size());
  return run(inference_graph(network_, {Source::images, 0, network_.size() - 1}, batch), batch, examples, poll);
}

FeatureTable StoredStack::features(const Examples& examples, const Poll& poll) {
  const std::int64_t batch = inference_batch(examples.size());
  Graph graph = feature_graph(network_, batch);
  return has_centres(graph) ? outputs(examples, poll) : run(std::move(graph), batch, examples, poll);
}

}  // namespace gramstack
