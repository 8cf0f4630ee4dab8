#include "training/features.h"

#include <algorithm>

#include "training/emitter.h"
#include "training/inference.h"
#include "training/parameters.h"
#include "training/random.h"

namespace gramstack {
namespace {

Value emit_preactivation(Emitter& emitter, std::size_t module, std::int64_t batch) {
  Value value = emitter.source(Source::images, 0, {batch});
  for (std::size_t m = 0; m <= module; ++m) value = emitter.module(m, value, false);
  return value;
}

Graph features_graph(const Network& network, std::size_t module, std::int64_t batch) {
  Graph graph;
  Emitter emitter(network, graph, Mode::inference);
  const Value features = emitter.features(module + 1, emit_preactivation(emitter, module, batch));
  Builder& builder = emitter.builder();
  graph.add_output("output", builder.unit_normalize(builder.flatten(features)));
  return without_dead_nodes(graph);
}

Graph gram_graph(const Network& network, std::size_t module, std::int64_t batch) {
  Graph graph;
  Emitter emitter(network, graph, Mode::inference);
  const Value preactivation = emitter.rows("preactivation", network.shapes[module].output, batch);
  graph.add_output("gram", network.module(module).kernel->gram(emitter.builder(), preactivation));
  return graph;
}

}  // namespace

Examples examples_per_class(const Network& network, Split split, const Indices& images, std::int64_t per_class,
                            std::uint64_t seed) {
  const LabelView data = network.labels(split);
  std::vector<Indices> by_class(data.classes.size());
  for (const std::int64_t image : images)
    by_class[static_cast<std::size_t>(data.labels[static_cast<std::size_t>(image)])].push_back(image);
  const RandomStream stream(seed, "subset");
  Indices chosen;
  for (std::size_t c = 0; c < by_class.size(); ++c) {
    const std::int64_t size = static_cast<std::int64_t>(by_class[c].size());
    const Indices order = stream.permutation(size, static_cast<std::uint32_t>(c));
    for (std::int64_t i = 0; i < std::min(size, per_class); ++i)
      chosen.push_back(by_class[c][static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
  }
  return {network.pipeline->data.dataset->records(split), std::move(chosen)};
}

Features hidden_features(const FrozenStack& stack, std::size_t module, const Examples& examples, const Poll& poll) {
  Features features;
  if (examples.size() == 0) return features;
  const auto graph = [&](std::int64_t batch) { return features_graph(stack.network, module, batch); };
  FeatureTable table = outputs_of(stack.network, graph, stack.parameters, examples, poll);
  features.values = std::move(table.rows);
  features.width = table.width;
  features.labels.assign(examples.labels().begin(), examples.labels().end());
  return features;
}

std::vector<float> hidden_gram(const FrozenStack& stack, std::size_t module, const Examples& examples,
                               const Poll& poll) {
  const std::int64_t count = examples.size();
  if (count == 0) return {};
  const auto graph = [&](std::int64_t batch) {
    return inference_graph(stack.network, {Source::images, 0, module}, batch);
  };
  const FeatureTable table = outputs_of(stack.network, graph, stack.parameters, examples, poll);
  const std::unique_ptr<Plan> plan = stack.network.pipeline->device->compile(gram_graph(stack.network, module, count));
  plan->write("preactivation", std::as_bytes(std::span(table.rows)));
  plan->run();
  std::vector<float> gram(static_cast<std::size_t>(count * count));
  plan->read("gram", std::as_writable_bytes(std::span(gram)));
  return gram;
}

}  // namespace gramstack
