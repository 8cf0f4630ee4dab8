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

class TrainingBench final : public StepBench {
 public:
  TrainingBench(Preparation preparation, const std::string& module)
      : prepared_(std::move(preparation)),
        segment_(segment_with(prepared_, module)),
        values_(initial_values_below(prepared_, segment_)),
        runner_(prepared_.network, segment_, make_feed(prepared_, segment_, values_), 0) {
    add_initial_values(values_, prepared_.network, runner_.graph(), runner_.examples());
    runner_.write(values_);
    run_whole();
  }

  std::int64_t batch() const override { return runner_.batch(); }
  double run_whole() override {
    const std::int64_t steps = prepared_.network.pipeline->device->steps_ahead();
    const Clock::time_point begin = Clock::now();
    for (std::int64_t i = 0; i < steps; ++i) runner_.run(0, step_++ % runner_.steps());
    runner_.finish();
    return seconds_since(begin) / static_cast<double>(steps);
  }

 private:
  Plan& plan() override { return runner_.plan(); }
  const Graph& graph() const override { return runner_.graph(); }

  Preparation prepared_;
  Segment segment_;
  TensorMap values_;
  StepRunner runner_;
  std::int64_t step_ = 0;
};

class InferenceBench final : public StepBench {
 public:
  InferenceBench(Preparation preparation, const std::string& module)
      : prepared_(std::move(preparation)),
        segment_(segment_with(prepared_, module)),
        batch_(prepared_.network.module(segment_.last).batch),
        graph_(inference_graph(prepared_.network, {Source::images, 0, segment_.last}, batch_)),
        inference_(*prepared_.network.pipeline->device, graph_, batch_),
        feed_(prepared_.network, some_examples(prepared_, segment_, batch_)) {
    TensorMap values;
    add_initial_values(values, prepared_.network, graph_, feed_.examples());
    inference_.write(values);
    run_whole();
  }

  std::int64_t batch() const override { return batch_; }
  double run_whole() override {
    const Clock::time_point begin = Clock::now();
    inference_.run(feed_, all_positions(feed_.examples()), [] {});
    return seconds_since(begin);
  }

 private:
  Plan& plan() override { return inference_.plan(); }
  const Graph& graph() const override { return graph_; }

  Preparation prepared_;
  Segment segment_;
  std::int64_t batch_;
  Graph graph_;
  Inference inference_;
  Feed feed_;
};

}  // namespace

double StepBench::run() {
  const NamedValue& output = graph().outputs().front();
  std::vector<std::byte> bytes(graph().type(output.value).bytes());
  const Clock::time_point begin = Clock::now();
  plan().run();
  plan().read(output.name, bytes);  // some devices do not wait in run()
  return seconds_since(begin);
}

std::int64_t StepBench::products() const { return gramstack::products(without_dead_nodes(graph())); }

std::vector<std::pair<std::string, double>> StepBench::profile() {
  std::vector<std::pair<std::string, double>> steps;
  plan().run_timed([&](std::string_view step, double seconds) { steps.emplace_back(step, seconds); });
  return steps;
}

std::unique_ptr<StepBench> training_bench(const Pipeline& pipeline, const std::string& module, bool end_to_end) {
  return std::make_unique<TrainingBench>(prepare(pipeline, end_to_end, RunOptions().feature_memory), module);
}

std::unique_ptr<StepBench> inference_bench(const Pipeline& pipeline, const std::string& module) {
  return std::make_unique<InferenceBench>(prepare(pipeline, false, RunOptions().feature_memory), module);
}

}  // namespace gramstack
