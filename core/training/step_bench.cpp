#include "training/step_bench.h"

#include <algorithm>
#include <chrono>

#include "api/ops.h"
#include "training/inference.h"
#include "training/parameters.h"
#include "training/prepare.h"
#include "training/step_runner.h"
#include "training/train.h"

namespace gramstack {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

Segment find_segment(const Preparation& prepared, const std::string& module) {
  for (const Segment& segment : prepared.segments)
    for (std::size_t m = segment.first; m <= segment.last; ++m)
      if (prepared.network.module(m).name == module) return segment;
  throw Error(ExitCode::usage, "the pipeline has no module '" + module + "'");
}

/// The first `count` of the images that a segment is trained on: enough for a few batches.
Examples some_examples(const Preparation& prepared, const Segment& segment, std::int64_t count) {
  const Examples all = training_examples(prepared, segment);
  Indices images;
  for (std::int64_t i = 0; i < std::min(count, all.size()); ++i) images.push_back(all.image(i));
  return {prepared.network.pipeline->data.dataset->records(Split::train), images};
}

TensorMap initial_values_below(const Preparation& prepared, const Segment& segment) {
  TensorMap values;
  if (segment.first == 0) return values;
  const Graph graph = inference_graph(prepared.network, {Source::images, 0, segment.first - 1}, 1);
  add_initial_values(values, prepared.network, graph, training_examples(prepared, segment));
  return values;
}

Feed make_feed(const Preparation& prepared, const Segment& segment, const TensorMap& below) {
  constexpr std::int64_t kBatches = 8;
  Examples examples = some_examples(prepared, segment, kBatches * prepared.network.module(segment.first).batch);
  if (prepared.network.augmented(segment)) return Feed(prepared.network, std::move(examples), true);
  return evaluation_feed(prepared.network, segment, std::move(examples), below, [] {});
}

}  // namespace

struct StepBench::State {
  Preparation prepared;
  Segment segment;
  TensorMap values;
  StepRunner runner;
  std::int64_t step = 0;

  State(Preparation preparation, const std::string& module)
      : prepared(std::move(preparation)),
        segment(find_segment(prepared, module)),
        values(initial_values_below(prepared, segment)),
        runner(prepared.network, segment, make_feed(prepared, segment, values), 0) {
    add_initial_values(values, prepared.network, runner.graph(), runner.examples());
    runner.write(values);
  }
};

StepBench::StepBench(const Pipeline& pipeline, const std::string& module, bool end_to_end)
    : state_(std::make_unique<State>(prepare(pipeline, end_to_end, RunOptions().feature_memory), module)) {
  train();
}

StepBench::~StepBench() = default;

std::int64_t StepBench::batch() const { return state_->runner.batch(); }
std::int64_t StepBench::products() const { return gramstack::products(without_dead_nodes(state_->runner.graph())); }
MemoryReport StepBench::memory() const { return state_->runner.plan().memory(); }

double StepBench::run() {
  const Clock::time_point begin = Clock::now();
  state_->runner.plan().run();
  return seconds_since(begin);
}

double StepBench::train() {
  const Clock::time_point begin = Clock::now();
  state_->runner.run(0, state_->step++ % state_->runner.steps());
  return seconds_since(begin);
}

std::vector<std::pair<std::string, double>> StepBench::profile() {
  std::vector<std::pair<std::string, double>> steps;
  state_->runner.plan().run_timed([&](std::string_view step, double seconds) { steps.emplace_back(step, seconds); });
  return steps;
}

}  // namespace gramstack
