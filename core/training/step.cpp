#include "training/step.h"

#include <map>

#include "training/emitter.h"

namespace gramstack {
namespace {

/// The outputs of modules 0..last (or first..last from features), in inference mode below `trained`, training from it.
std::map<std::size_t, Value> emit_all(Emitter& emitter, const GraphPart& part, StepSize size, std::size_t trained) {
  const bool cached = part.source == Source::features;
  const std::size_t begin = cached ? part.first : 0;
  Value value = emitter.source(part.source, begin, size);
  std::map<std::size_t, Value> outputs;
  for (std::size_t m = begin; m <= part.last; ++m) {
    emitter.builder().set_mode(m >= trained ? Mode::training : Mode::inference);
    value = emitter.module(m, value, cached && m == begin);
    outputs.emplace(m, value);
  }
  return outputs;
}

/// The output of the last one, all in inference mode.
Value emit_modules(Emitter& emitter, const GraphPart& part, StepSize size) {
  return emit_all(emitter, part, size, part.last + 1).at(part.last);
}

bool fits(const Network& network, std::size_t module, std::int64_t examples) {
  const std::size_t row = static_cast<std::size_t>(elements(network.shapes[module].input)) * sizeof(float);
  return static_cast<std::size_t>(examples) <= network.feature_memory / row;
}

}  // namespace

const char* input_name(Source source) { return source == Source::features ? "features" : "images"; }

TensorType examples_type(const Network& network, Source source, std::size_t first, std::int64_t count) {
  const ImageFormat& format = network.format;
  if (source != Source::features) return {DataType::u8, {count, format.channels, format.height, format.width}};
  TensorType type{DataType::f32, {count}};
  const Shape& row = network.shapes[first].input;
  type.shape.insert(type.shape.end(), row.begin(), row.end());
  return type;
}

std::string rate_name(const Network& network, const Segment& segment, const Segment& part) {
  return segment.together ? network.prefix(part.first) + "learning_rate" : "learning_rate";
}

Graph training_graph(const Network& network, const Segment& segment, Source source, StepSize size) {
  Graph graph;
  Emitter emitter(network, graph, Mode::training);
  const std::map<std::size_t, Value> outputs =
      emit_all(emitter, {source, segment.first, segment.last}, size, segment.first);
  Value total;
  for (const Segment& part : by_loss(segment)) {
    const Value loss = emitter.losses(part.last, outputs.at(part.last), size.batch);
    emitter.descend(part, loss, rate_name(network, segment, part));
    total = total ? emitter.builder().add(total, loss) : loss;
  }
  graph.add_output("loss", total);
  return without_dead_nodes(graph);
}

Graph inference_graph(const Network& network, const GraphPart& part, std::int64_t batch) {
  Graph graph;
  Emitter emitter(network, graph, Mode::inference);
  graph.add_output("output", emit_modules(emitter, part, {batch}));
  return without_dead_nodes(graph);
}

Graph input_graph(const Network& network, std::size_t module, std::int64_t batch) {
  Graph graph;
  Emitter emitter(network, graph, Mode::inference);
  const Value below = emit_modules(emitter, {Source::images, 0, module - 1}, {batch});
  graph.add_output("output", network.features_cached[module] ? emitter.features(module, below) : below);
  return without_dead_nodes(graph);
}

Graph feature_graph(const Network& network, std::int64_t batch) {
  Graph graph;
  Emitter emitter(network, graph, Mode::inference);
  const std::size_t last = network.size() - 1;
  const Value output = emit_modules(emitter, {Source::images, 0, last}, {batch});
  const Builder::Scope in_kernel = emitter.builder().scope("kernel");
  graph.add_output("output", network.module(last).kernel->features(emitter.builder(), output));
  return without_dead_nodes(graph);
}

Graph preactivation_graph(const Network& network, std::size_t module, std::int64_t batch) {
  if (module > 0) return inference_graph(network, {Source::images, 0, module - 1}, batch);
  Graph graph;
  Emitter emitter(network, graph, Mode::inference);
  graph.add_output("output", emitter.source(Source::images, 0, {batch}));
  return graph;
}

Graph objective_graph(const Network& network, std::size_t module, std::int64_t batch) {
  Graph graph;
  Emitter emitter(network, graph, Mode::inference);
  const Value output = emitter.rows("output", network.shapes[module].output, batch);
  graph.add_output("loss", emitter.losses(module, output, batch));
  return without_dead_nodes(graph);
}

Source training_source(const Network& network, const Segment& segment, std::int64_t examples) {
  if (network.augmented(segment)) return Source::augmented_images;
  return evaluation_source(network, segment, examples);
}

Source evaluation_source(const Network& network, const Segment& segment, std::int64_t examples) {
  const bool cached = segment.first > 0 && fits(network, segment.first, examples);
  // Means over views are taken of vectors; of maps, which are mirrored as images are, only the scores are averaged.
  const bool averaged = network.is_output(segment.first) && network.pipeline->views.several();
  return cached && !(averaged && network.shapes[segment.first].input.size() != 1) ? Source::features : Source::images;
}

}  // namespace gramstack
