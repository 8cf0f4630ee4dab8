#include "training/inference.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "store/feature_cache.h"
#include "training/feature_key.h"
#include "training/parameters.h"

namespace gramstack {
namespace {

constexpr std::int64_t kLeastKept = 1000;  // examples; fewer are not worth a file

constexpr std::int64_t kLargestBatch = 256;

std::int64_t largest_block(const std::vector<Indices>& blocks) {
  std::size_t size = 0;
  for (const Indices& block : blocks) size = std::max(size, block.size());
  return static_cast<std::int64_t>(size);
}

}  // namespace

std::int64_t inference_batch(std::int64_t count) {
  const std::int64_t batches = std::max<std::int64_t>(1, (count + kLargestBatch - 1) / kLargestBatch);
  return std::max<std::int64_t>(1, (count + batches - 1) / batches);
}

std::int64_t best_class(std::span<const float> scores) {
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

Inference::Inference(Device& device, Graph graph, std::int64_t batch)
    : graph_(std::move(graph)),
      batch_(batch),
      width_(graph_.type(graph_.outputs().front().value).elements() / batch),
      plan_(device.compile(graph_)),
      rows_(static_cast<std::size_t>(batch_ * width_)) {}

void Inference::write(const TensorMap& parameters) { write_parameters(*plan_, graph_, parameters); }

std::vector<float> Inference::run(Feed& feed, std::span<const std::int64_t> positions, const Poll& poll) {
  std::vector<float> outputs;
  outputs.reserve(positions.size() * static_cast<std::size_t>(width_));
  Indices batch;
  while (!positions.empty()) {
    const std::size_t count = std::min(positions.size(), static_cast<std::size_t>(batch_));
    batch.assign(positions.begin(), positions.begin() + static_cast<std::ptrdiff_t>(count));
    batch.resize(static_cast<std::size_t>(batch_), batch.back());
    feed.write_rows(*plan_, batch);
    plan_->run();
    plan_->read("output", std::as_writable_bytes(std::span(rows_)));
    outputs.insert(outputs.end(), rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(count) * width_);
    positions = positions.subspan(count);
    if (poll) poll();
  }
  return outputs;
}

std::vector<float> Inference::run(Feed& feed, const Views& views, std::span<const std::int64_t> positions,
                                  const Poll& poll) {
  if (!views.several()) return run(feed, positions, poll);
  const std::vector<View> all = views.all();
  std::vector<float> means;
  for (const View& view : all) {
    feed.look(view);
    const std::vector<float> rows = run(feed, positions, poll);
    means.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) means[i] += rows[i] / static_cast<float>(all.size());
  }
  feed.look({});
  return means;
}

FeatureTable outputs_of(const Network& network, const std::function<Graph(std::int64_t batch)>& graph,
                        const TensorMap& parameters, const Examples& examples, const Poll& poll, const Views& views) {
  const std::int64_t batch = inference_batch(examples.size());
  Inference inference(*network.pipeline->device, graph(batch), batch);
  inference.write(parameters);
  Feed images(network, examples);
  return {inference.run(images, views, all_positions(examples), poll), inference.width()};
}

Views input_views(const Network& network, std::size_t module) {
  const bool averaged = network.is_output(module) && network.shapes[module].input.size() == 1;
  return averaged ? network.pipeline->views : Views();
}

FeatureTable inputs_of(const Network& network, std::size_t module, const TensorMap& parameters,
                       const Examples& examples, const Poll& poll, const Views& views) {
  const auto graph = [&](std::int64_t batch) { return input_graph(network, module, batch); };
  const FeatureCache cache(network.feature_store);
  if (!cache.keeps() || examples.size() < kLeastKept)
    return outputs_of(network, graph, parameters, examples, poll, views);
  const std::string key = feature_key(network, graph(inference_batch(examples.size())), parameters, examples, views);
  if (std::optional<std::vector<float>> rows = cache.find(key))
    return {std::move(*rows), elements(network.shapes[module].input)};
  FeatureTable table = outputs_of(network, graph, parameters, examples, poll, views);
  cache.put(key, table.rows);
  return table;
}

Feed evaluation_feed(const Network& network, const Segment& segment, Examples examples, const TensorMap& parameters,
                     const Poll& poll) {
  if (evaluation_source(network, segment, examples.size()) == Source::images) return Feed(network, std::move(examples));
  FeatureTable inputs =
      inputs_of(network, segment.first, parameters, examples, poll, input_views(network, segment.first));
  return Feed(std::move(examples), std::move(inputs.rows), inputs.width);
}

std::vector<Indices> evaluation_blocks(const Network& network, std::size_t module, const Examples& examples) {
  if (!network.pairs(module)) return stratified_blocks(examples.labels(), kBlockSize);
  const std::vector<std::int32_t> one_class(examples.labels().size(), 0);
  return stratified_blocks(one_class, kBlockSize);
}

BlockEvaluator::BlockEvaluator(const Network& network, const GraphPart& part, Feed& feed, std::vector<Indices> blocks)
    : network_(network),
      module_(part.last),
      feed_(feed),
      blocks_(std::move(blocks)),
      inference_(*network.pipeline->device, inference_graph(network, part, inference_batch(largest_block(blocks_))),
                 inference_batch(largest_block(blocks_))) {
  if (const PairFile* pairs = network.pairs(part.last)) feed_.teach(pairs->known);
}

Measure BlockEvaluator::measure(const TensorMap& parameters, const Poll& poll) {
  inference_.write(parameters);
  Measure measure;
  for (const Indices& block : blocks_) {
    const std::vector<float> outputs = this->outputs(block, poll);
    measure.loss += loss_of(outputs, block, parameters) / static_cast<double>(blocks_.size());
    if (network_.is_output(module_)) measure.correct += correct_of(outputs, block);
    measure.count += static_cast<std::int64_t>(block.size());
  }
  if (!std::isfinite(measure.loss))
    throw Error(ExitCode::numerical,
                fmt::format("module '{}': the loss of the trained weights is {} on {} held-out or training images: "
                            "try a lower learning rate",
                            network_.module(module_).name, measure.loss, measure.count));
  return measure;
}

std::vector<float> BlockEvaluator::outputs(const Indices& block, const Poll& poll) {
  if (feed_.source() != Source::images || !network_.is_output(module_)) return inference_.run(feed_, block, poll);
  return inference_.run(feed_, network_.pipeline->views, block, poll);
}

BlockEvaluator::Objective& BlockEvaluator::objective(std::int64_t batch) {
  Objective& objective = objectives_[batch];
  if (!objective.plan) {
    objective.graph = objective_graph(network_, module_, batch);
    objective.plan = network_.pipeline->device->compile(objective.graph);
  }
  return objective;
}

double BlockEvaluator::loss_of(const std::vector<float>& outputs, const Indices& block, const TensorMap& parameters) {
  const Objective& objective = this->objective(static_cast<std::int64_t>(block.size()));
  Plan& plan = *objective.plan;
  write_parameters(plan, objective.graph, parameters);
  plan.write("output", std::as_bytes(std::span(outputs)));
  feed_.write_truth(plan, block);
  plan.run();
  float loss = 0;
  plan.read("loss", std::as_writable_bytes(std::span(&loss, 1)));
  return loss;
}

std::int64_t BlockEvaluator::correct_of(const std::vector<float>& outputs, const Indices& block) const {
  const std::size_t width = static_cast<std::size_t>(inference_.width());
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::int32_t label = feed_.examples().labels()[static_cast<std::size_t>(block[i])];
    if (best_class(std::span(outputs).subspan(i * width, width)) == label) ++correct;
  }
  return correct;
}

}  // namespace gramstack
