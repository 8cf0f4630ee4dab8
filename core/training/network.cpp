#include "training/network.h"

#include <fmt/core.h>

#include <array>
#include <cmath>

#include "training/emitter.h"

namespace gramstack {
namespace {

Shape without_batch(const Shape& shape) { return Shape(shape.begin() + 1, shape.end()); }

/// How often each byte value occurs in each channel: sums over it are exact in any order.
std::vector<std::array<std::uint64_t, 256>> histograms(const Dataset& dataset, const Indices& images) {
  const ImageFormat format = dataset.format();
  const Records records = dataset.records(Split::train);
  const std::size_t plane = static_cast<std::size_t>(format.height * format.width);
  std::vector<std::array<std::uint64_t, 256>> counts(static_cast<std::size_t>(format.channels));
  for (const std::int64_t image : images) {
    const std::uint8_t* pixel = records.image(image);
    for (std::array<std::uint64_t, 256>& channel : counts)
      for (std::size_t i = 0; i < plane; ++i) ++channel[*pixel++];
  }
  return counts;
}

struct Statistics {
  double mean, deviation;
};

/// A channel that is constant keeps its unit: deviation 1.
Statistics statistics(const std::array<std::uint64_t, 256>& counts) {
  double count = 0, sum = 0, squares = 0;
  for (std::size_t value = 0; value < counts.size(); ++value) {
    const double weight = static_cast<double>(counts[value]), x = static_cast<double>(value) / 255;
    count += weight;
    sum += weight * x;
    squares += weight * x * x;
  }
  const double mean = sum / count, variance = squares / count - mean * mean;
  return {mean, variance > 1e-8 ? std::sqrt(variance) : 1.0};
}

void check_output(const Network& network, const Shape& output) {
  const Shape wanted{static_cast<std::int64_t>(network.classes.size())};
  if (output != wanted)
    throw Error(ExitCode::configuration,
                fmt::format("module '{}': the output module must give {} scores an image, one a class; it gives {}",
                            network.module(network.size() - 1).name, wanted[0], to_string(output)));
}

/// Emits the whole stack once and notes what lies between its modules.
void measure_shapes(Network& network) {
  Graph graph;
  Emitter emitter(network, graph, Mode::inference);
  Value output = emitter.source(Source::images, 0, {1});
  for (std::size_t m = 0; m < network.size(); ++m) {
    const std::size_t parameters = graph.parameters().size();
    const Value features = m > 0 ? emitter.features(m, output) : output;
    const bool cached = m > 0 && graph.parameters().size() == parameters;
    network.features_cached.push_back(cached);
    const Shape input = without_batch(graph.shape(cached ? features : output));
    output = emitter.backbone(m, features);
    network.shapes.push_back({input, without_batch(graph.shape(output))});
  }
  if (network.is_output(network.size() - 1)) check_output(network, network.shapes.back().output);
}

}  // namespace

LabelView Network::labels(Split split) const { return {pipeline->data.dataset->records(split).labels, classes}; }

std::size_t Network::module_of(const std::string& parameter) const {
  std::size_t m = 0;
  while (m + 1 < size() && !parameter.starts_with(prefix(m))) ++m;
  return m;
}

bool Network::belongs(const std::string& parameter, const Segment& segment) const {
  for (std::size_t m = segment.first; m <= segment.last; ++m)
    if (parameter.starts_with(prefix(m))) return true;
  return false;
}

std::string Network::initial_name(const std::string& parameter) const {
  const std::size_t m = module_of(parameter);
  const std::string& whole = module(m).section.of;
  const bool is_of_head = parameter.starts_with(prefix(m) + "head/");
  return whole.empty() || is_of_head ? parameter : whole + parameter.substr(module(m).name.size());
}

bool Network::augmented(const Segment& segment) const {
  return module(segment.first).augment && pipeline->data.augment.any();
}

const PairFile* Network::pairs(std::size_t module) const {
  return is_output(module) ? nullptr : pipeline->data.pairs.get();
}

Partition partition_of(const Pipeline& pipeline) {
  const DataSpec& data = pipeline.data;
  const Records records = data.dataset->records(Split::train);
  if (data.pairs) return partition(records.size(), data.validation, pipeline.seed);
  const std::vector<std::string> classes = data.dataset->classes();
  return partition({records.labels, classes}, data.validation, pipeline.seed);
}

Moments image_moments(const Pipeline& pipeline, const Indices& training) {
  const DataSpec& data = pipeline.data;
  if (const std::shared_ptr<const StoredSource>& lowest = pipeline.stack.front().stored)
    return {lowest->module.mean, lowest->module.deviation};
  if (!data.mean.empty() && !data.deviation.empty()) return {data.mean, data.deviation};
  Moments moments;
  for (const std::array<std::uint64_t, 256>& counts : histograms(*data.dataset, training)) {
    const Statistics channel = statistics(counts);
    moments.mean.push_back(channel.mean);
    moments.deviation.push_back(channel.deviation);
  }
  return moments;
}

Network make_network(const Pipeline& pipeline, const Moments& moments, std::size_t feature_memory) {
  Network network;
  network.pipeline = &pipeline;
  network.format = pipeline.data.dataset->format();
  network.classes = pipeline.data.dataset->classes();
  network.mean = moments.mean;
  network.deviation = moments.deviation;
  network.feature_memory = feature_memory;
  measure_shapes(network);
  return network;
}

std::vector<Segment> by_loss(const Segment& segment) {
  if (!segment.together) return {segment};
  std::vector<Segment> parts;
  for (std::size_t m = segment.first; m <= segment.last; ++m) parts.push_back({m, m});
  return parts;
}

std::size_t given_modules(const Pipeline& pipeline) {
  std::size_t count = 0;
  while (count < pipeline.stack.size() && pipeline.stack[count].stored) ++count;
  return count;
}

std::vector<Segment> segments_of(const Pipeline& pipeline, bool end_to_end) {
  const std::size_t first = given_modules(pipeline), last = pipeline.stack.size() - 1;
  if (end_to_end) return {{first, last}};
  if (pipeline.together && first + 1 < last) return {{first, last - 1, true}, {last, last}};
  std::vector<Segment> segments;
  for (std::size_t m = first; m <= last; ++m) segments.push_back({m, m});
  return segments;
}

std::string name_of(const Network& network, const Segment& segment) {
  if (segment.together) return "the hidden modules (together)";
  if (segment.first != segment.last) return "the network (end to end)";
  return fmt::format("module '{}'", network.module(segment.first).name);
}

std::string short_name(const Network& network, const Segment& segment) {
  if (segment.together) return "together";
  return segment.first != segment.last ? "end-to-end" : network.module(segment.first).name;
}

}  // namespace gramstack
