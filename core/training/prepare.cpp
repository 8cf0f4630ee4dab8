#include "training/prepare.h"

#include <fmt/core.h>

#include <algorithm>

#include "training/pair_batches.h"
#include "training/step.h"
#include "training/stored_stack.h"

namespace gramstack {
namespace {

void check_declines(const Device& device, const Graph& graph) {
  for (const Node& node : graph.nodes()) {
    const std::string reason = device.declines(graph, node);
    if (!reason.empty()) throw Error(ExitCode::device, fmt::format("{}: {}", node.name, reason));
  }
}

/// Fixed centres are outputs of a module below as it was when they were drawn: trained beside it, it goes on changing.
void check_centres(const Graph& graph, bool together) {
  for (const Parameter& parameter : graph.parameters())
    if (parameter.role == Role::state && parameter.initializer.kind == Initializer::Kind::examples)
      throw Error(ExitCode::configuration,
                  fmt::format("{}: fixed centres are outputs of the module below, which goes on changing {}: make them "
                              "trainable, or train {}",
                              parameter.name, together ? "as both are trained together" : "end to end",
                              together ? "the modules in turn" : "module by module"));
}

void check_examples(const Graph& graph, std::int64_t size) {
  for (const Parameter& parameter : graph.parameters()) {
    if (parameter.initializer.kind != Initializer::Kind::examples) continue;
    const std::int64_t wanted = graph.shape(parameter.value).at(0);
    if (wanted > size)
      throw Error(ExitCode::configuration,
                  fmt::format("{}: {} training examples are wanted, there are {}", parameter.name, wanted, size));
  }
}

void check_pairs(const Preparation& preparation) {
  const std::shared_ptr<const PairFile>& pairs = preparation.network.pipeline->data.pairs;
  if (pairs && images_in_pairs(pairs->known.among(preparation.images.training)).empty())
    throw Error(ExitCode::data, fmt::format("{}: both images of no pair are for training: hold out fewer images",
                                            pairs->path.string()));
}

}  // namespace

Examples all_training_examples(const Preparation& preparation) {
  return {preparation.network.pipeline->data.dataset->records(Split::train), preparation.images.training};
}

Examples random_examples(const Preparation& preparation, std::int64_t per_class) {
  const Network& network = preparation.network;
  return {network.pipeline->data.dataset->records(Split::train),
          few_per_class(network.labels(Split::train), preparation.images.training, per_class, network.pipeline->seed)};
}

Examples training_examples(const Preparation& preparation, const Segment& segment) {
  const ModuleSpec& module = preparation.network.module(segment.first);
  if (!module.labels_per_class || module.spread_labels) return all_training_examples(preparation);
  return random_examples(preparation, *module.labels_per_class);
}

Examples validation_examples(const Preparation& preparation) {
  return {preparation.network.pipeline->data.dataset->records(Split::train), preparation.images.validation};
}

Segment segment_with(const Preparation& preparation, const std::string& module) {
  for (const Segment& segment : preparation.segments)
    for (std::size_t m = segment.first; m <= segment.last; ++m)
      if (preparation.network.module(m).name == module) return segment;
  for (std::size_t m = 0; m < preparation.network.size(); ++m)
    if (preparation.network.module(m).name == module)
      throw Error(ExitCode::usage, fmt::format("module '{}' is a stored one and is not trained", module));
  throw Error(ExitCode::usage, fmt::format("the pipeline has no module '{}'", module));
}

Graph segment_graph(const Preparation& preparation, const Segment& segment) {
  const Network& network = preparation.network;
  const std::int64_t size = training_examples(preparation, segment).size();
  const Source source = training_source(network, segment, size);
  const bool kept = network.pipeline->device->keeps(examples_type(network, source, segment.first, size));
  return training_graph(network, segment, source,
                        {std::min(network.module(segment.first).batch, size), kept ? size : 0});
}

Preparation prepare(const Pipeline& pipeline, bool end_to_end, std::size_t feature_memory) {
  Preparation preparation;
  preparation.images = partition_of(pipeline);
  if (preparation.images.training.empty()) throw Error(ExitCode::data, "the data set has no training images");
  preparation.network = make_network(pipeline, image_moments(pipeline, preparation.images.training), feature_memory);
  preparation.segments = segments_of(pipeline, end_to_end);
  stored_parameters(preparation.network);  // throws where they do not fit
  check_pairs(preparation);
  for (const Segment& segment : preparation.segments) {
    const Graph graph = segment_graph(preparation, segment);
    check_declines(*pipeline.device, graph);
    check_examples(graph, training_examples(preparation, segment).size());
    if (segment.first != segment.last) check_centres(graph, segment.together);
  }
  return preparation;
}

}  // namespace gramstack
