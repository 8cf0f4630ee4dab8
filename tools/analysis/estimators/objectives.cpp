#include "estimators/objectives.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "api/error.h"
#include "training/sampler.h"

namespace gramstack::analysis {
namespace {

constexpr std::size_t kFewestBlocks = 10;
constexpr std::int64_t kFeatureBatch = 256;

std::size_t width_of(const Outputs& outputs) { return static_cast<std::size_t>(elements(outputs.row)); }

Value emit_outputs(Builder& builder, const Outputs& outputs, std::int64_t batch) {
  Shape shape = outputs.row;
  shape.insert(shape.begin(), batch);
  return builder.input("output", {DataType::f32, shape});
}

/// A loss is a component like any other: what it throws names it.
void check(const NamedLoss& named, const Kernel& kernel) {
  try {
    named.loss->check(kernel.range());
  } catch (const Error& error) {
    throw Error(ExitCode::configuration, fmt::format("loss '{}': {}", named.name, error.what()));
  }
}

/// All losses of a block of outputs as one graph, compiled.
class BlockPlan {
 public:
  BlockPlan(Device& device, const Kernel& kernel, const std::vector<NamedLoss>& losses, const Outputs& outputs,
            std::int64_t size)
      : losses_(losses), outputs_(outputs) {
    Graph graph;
    Builder builder(graph, Mode::inference);
    LossInput input;
    input.prediction = kernel.gram(builder, emit_outputs(builder, outputs, size));
    input.pairs = builder.pair_masks(builder.input("labels", {DataType::i32, {size}}));
    input.range = kernel.range();
    for (std::size_t i = 0; i < losses.size(); ++i)
      graph.add_output("loss" + std::to_string(i), losses[i].loss->emit(builder, input));
    plan_ = device.compile(without_dead_nodes(graph));
  }

  void run(const std::vector<std::int64_t>& block) {
    const std::size_t width = width_of(outputs_);
    std::vector<float> rows;
    std::vector<std::int32_t> labels;
    for (const std::int64_t example : block) {
      const std::span<const float> row = outputs_.values.subspan(static_cast<std::size_t>(example) * width, width);
      rows.insert(rows.end(), row.begin(), row.end());
      labels.push_back(outputs_.labels[static_cast<std::size_t>(example)]);
    }
    plan_->write("output", std::as_bytes(std::span(rows)));
    plan_->write("labels", std::as_bytes(std::span(labels)));
    plan_->run();
  }

  /// Of the last run. Negative zero is zero.
  double objective(std::size_t i) const {
    float loss = 0;
    plan_->read("loss" + std::to_string(i), std::as_writable_bytes(std::span(&loss, 1)));
    if (!std::isfinite(loss))
      throw Error(ExitCode::numerical, fmt::format("the objective '{}' of the features is {}", losses_[i].name, -loss));
    return 0.0 - static_cast<double>(loss);
  }

 private:
  const std::vector<NamedLoss>& losses_;
  const Outputs& outputs_;
  std::unique_ptr<Plan> plan_;
};

/// Nothing for a kernel whose features have parameters.
std::unique_ptr<Plan> feature_plan(Device& device, const Kernel& kernel, const Outputs& outputs, std::int64_t batch,
                                   std::size_t& width) {
  Graph graph;
  Builder builder(graph, Mode::inference);
  const Value features = builder.flatten(kernel.features(builder, emit_outputs(builder, outputs, batch)));
  if (!graph.parameters().empty()) return nullptr;
  width = static_cast<std::size_t>(graph.shape(features)[1]);
  graph.add_output("features", features);
  return device.compile(graph);
}

}  // namespace

double ObjectiveValues::mean() const {
  return std::accumulate(blocks.begin(), blocks.end(), 0.0) / static_cast<double>(blocks.size());
}

std::vector<std::vector<std::int64_t>> objective_blocks(std::span<const std::int32_t> labels, std::int64_t most) {
  std::map<std::int32_t, std::int64_t> counts;
  for (const std::int32_t label : labels) ++counts[label];
  const std::int64_t pairs = 2 * static_cast<std::int64_t>(counts.size());  // of each class a pair
  const std::int64_t tenth = static_cast<std::int64_t>(labels.size() / kFewestBlocks);
  return stratified_blocks(labels, std::min(most, std::max(tenth, pairs)));
}

std::vector<ObjectiveValues> measure_objectives(Device& device, const Kernel& kernel,
                                                const std::vector<NamedLoss>& losses, const Outputs& outputs,
                                                const std::vector<std::vector<std::int64_t>>& blocks) {
  for (const NamedLoss& named : losses) check(named, kernel);
  std::vector<ObjectiveValues> values(losses.size());
  std::map<std::size_t, BlockPlan> plans;  // by size
  for (const std::vector<std::int64_t>& block : blocks) {
    BlockPlan& plan =
        plans.try_emplace(block.size(), device, kernel, losses, outputs, static_cast<std::int64_t>(block.size()))
            .first->second;
    plan.run(block);
    for (std::size_t i = 0; i < losses.size(); ++i) values[i].blocks.push_back(plan.objective(i));
  }
  return values;
}

Rows kernel_features(Device& device, const Kernel& kernel, const Outputs& outputs) {
  const std::size_t count = outputs.labels.size(), given = width_of(outputs);
  const std::size_t batch = std::min(count, static_cast<std::size_t>(kFeatureBatch));
  std::size_t width = given;
  const std::unique_ptr<Plan> plan = feature_plan(device, kernel, outputs, static_cast<std::int64_t>(batch), width);
  Rows rows(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(width));
  if (!plan) {
    std::copy(outputs.values.begin(), outputs.values.end(), rows.data());
    return rows;
  }
  // The last batch starts earlier where the rows do not fill it.
  for (std::size_t first = 0; first < count; first += batch) {
    const std::size_t start = std::min(first, count - batch);
    plan->write("output", std::as_bytes(outputs.values.subspan(start * given, batch * given)));
    plan->run();
    plan->read("features", std::as_writable_bytes(std::span(rows.data() + start * width, batch * width)));
  }
  return rows;
}

}  // namespace gramstack::analysis
