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

}  // namespace

void check_stored_images(const StoredSource& lowest, const ImageFormat& format) {
  const Shape images{format.channels, format.height, format.width};
  if (lowest.module.input != images)
    throw Error(ExitCode::data, fmt::format("module file {} was trained on images of {}, those of the data set are {}",
                                            lowest.file.string(), extents(lowest.module.input), extents(images)));
}

TensorMap stored_parameters(const Network& network) {
  TensorMap parameters;
  for (std::size_t m = 0; m < given_modules(*network.pipeline); ++m) {
    const StoredSource& stored = *network.module(m).stored;
    add_module(network, m, stored.module.tensors, "module file " + stored.file.string(), parameters);
  }
  return parameters;
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
                              short_hash(source.hash), source.module.module));
    const std::string name = fmt::format("module{}", pipeline_.stack.size());
    pipeline_.stack.push_back(stored_module(std::make_shared<StoredSource>(std::move(source)), name, registry));
  }
  const StoredSource& lowest = *pipeline_.stack.front().stored;
  check_stored_images(lowest, data.dataset->format());
  network_ = make_network(pipeline_, {lowest.module.mean, lowest.module.deviation}, 0);
  parameters_ = stored_parameters(network_);
}

FeatureTable StoredStack::outputs(const Examples& examples, const Poll& poll) {
  const auto graph = [this](std::int64_t batch) {
    return inference_graph(network_, {Source::images, 0, network_.size() - 1}, batch);
  };
  return outputs_of(network_, graph, parameters_, examples, poll);
}

FeatureTable StoredStack::features(const Examples& examples, const Poll& poll) {
  if (has_centres(feature_graph(network_, 1))) return outputs(examples, poll);
  const auto graph = [this](std::int64_t batch) { return feature_graph(network_, batch); };
  return outputs_of(network_, graph, parameters_, examples, poll);
}

}  // namespace gramstack
