#include "training/label_study.h"

#include <algorithm>
#include <cmath>

#include "training/parameters.h"
#include "training/step_runner.h"
#include "training/training_feed.h"

namespace gramstack {
namespace {

/// The pipeline as one draw trains it: its own seed; for the baseline other epochs.
Pipeline drawn_pipeline(const Pipeline& pipeline, std::int64_t number) {
  Pipeline drawn = pipeline;
  drawn.seed = draw_seed(pipeline.seed, number);
  return drawn;
}

/// Of an epoch of balanced batches over `count` labels, repeated until `epochs` of them have the least number of steps.
std::int64_t epoch_images(std::int64_t count, std::int64_t batch, std::int64_t epochs) {
  const auto up = [](std::int64_t a, std::int64_t b) { return (a + b - 1) / b; };
  const std::int64_t steps = count / std::min(count, batch);
  return up(up(LabelStudy::kLeastSteps, epochs), steps) * steps * batch;
}

std::vector<Indices> test_blocks(const Feed& feed) { return stratified_blocks(feed.examples().labels(), kBlockSize); }

}  // namespace

std::uint64_t draw_seed(std::uint64_t seed, std::int64_t number) {
  return number == 0 ? seed : RandomStream(seed, "draw").bits(0, static_cast<std::uint64_t>(number));
}

std::int64_t most_labels_per_class(const Pipeline& pipeline) {
  const std::vector<std::string> classes = pipeline.data.dataset->classes();
  return smallest_class({pipeline.data.dataset->records(Split::train).labels, classes},
                        partition_of(pipeline).training);
}

Schedule with_epochs(const Schedule& schedule, std::int64_t epochs) {
  const double ratio = static_cast<double>(epochs) / static_cast<double>(schedule.epochs);
  Schedule changed = schedule;
  changed.epochs = epochs;
  changed.warmup = schedule.warmup * ratio;
  std::int64_t before = 0;
  for (std::int64_t& stage : changed.stage_epochs) {
    const std::int64_t begin = std::llround(static_cast<double>(before) * ratio);
    before += stage;
    stage = std::llround(static_cast<double>(before) * ratio) - begin;
  }
  return changed;
}

LabelStudy::LabelStudy(const Pipeline& pipeline, const std::filesystem::path& run_folder, std::size_t feature_memory,
                       const std::filesystem::path& store, Poll poll)
    : pipeline_(pipeline),
      stack_(load_stack(pipeline, run_folder, feature_memory, store)),
      training_(partition_of(pipeline).training),
      poll_(std::move(poll)),
      test_inputs_(evaluation_feed(stack_.network, output_segment(), all_examples(stack_.network, Split::test),
                                   stack_.parameters, poll_)),
      test_images_(stack_.network, all_examples(stack_.network, Split::test)) {
  if (test_images_.examples().size() == 0) throw Error(ExitCode::data, "the data set has no test images to measure on");
  cache_rows();
  const std::size_t last = output_segment().last;
  output_evaluator_ = std::make_unique<BlockEvaluator>(stack_.network, GraphPart{test_inputs_.source(), last, last},
                                                       test_inputs_, test_blocks(test_inputs_));
}

void LabelStudy::cache_rows() {
  const Network& network = stack_.network;
  const Examples all = examples(training_);
  if (evaluation_source(network, output_segment(), all.size()) == Source::features)
    inputs_ = inputs_of(network, output_segment().first, stack_.parameters, all, poll_,
                        input_views(network, output_segment().first));
}

Indices LabelStudy::images(const LabelDraw& draw) const {
  if (!draw.per_class) return training_;
  return few_per_class(stack_.network.labels(Split::train), training_, *draw.per_class,
                       draw_seed(pipeline_.seed, draw.number));
}

std::int64_t LabelStudy::labels(const LabelDraw& draw) const { return static_cast<std::int64_t>(images(draw).size()); }

/// `chosen`: images, ascending as training_ is.
FeatureTable LabelStudy::rows(const Indices& chosen) const {
  const std::int64_t width = inputs_.width;
  FeatureTable table{{}, width};
  table.rows.reserve(chosen.size() * static_cast<std::size_t>(width));
  for (const std::int64_t image : chosen) {
    const std::ptrdiff_t row = std::lower_bound(training_.begin(), training_.end(), image) - training_.begin();
    table.rows.insert(table.rows.end(), inputs_.rows.begin() + row * width, inputs_.rows.begin() + (row + 1) * width);
  }
  return table;
}

Feed LabelStudy::spread_feed(const Examples& labelled) const {
  const Network& network = stack_.network;
  const Segment segment = output_segment();
  if (inputs_.rows.empty())
    return gramstack::spread_feed(network, segment, examples(training_), labelled, stack_.parameters, poll_);
  return Feed(with_spread_labels(examples(training_), labelled, inputs_, network.classes.size()), inputs_.rows,
              inputs_.width);
}

Feed LabelStudy::feed(const LabelDraw& draw) const {
  const Segment segment = output_segment();
  Examples labelled = examples(images(draw));
  if (draw.per_class && stack_.network.module(segment.first).spread_labels) return spread_feed(labelled);
  if (inputs_.rows.empty())
    return evaluation_feed(stack_.network, segment, std::move(labelled), stack_.parameters, poll_);
  FeatureTable table = rows(images(draw));
  return Feed(std::move(labelled), std::move(table.rows), table.width);
}

Examples LabelStudy::examples(Indices images) const {
  return {pipeline_.data.dataset->records(Split::train), std::move(images)};
}

double LabelStudy::output_module(const LabelDraw& draw) {
  const Pipeline drawn = drawn_pipeline(pipeline_, draw.number);
  Network network = stack_.network;
  network.pipeline = &drawn;
  const Segment segment = output_segment();
  StepRunner runner(network, segment, feed(draw), static_cast<std::int64_t>(training_.size()));
  const TensorMap trained =
      runner.train(values_below(network, segment.first, stack_.parameters), examples(training_), poll_);
  return output_evaluator_->measure(trained, poll_).accuracy();
}

double LabelStudy::end_to_end(const LabelDraw& draw, std::int64_t epochs) {
  Pipeline drawn = drawn_pipeline(pipeline_, draw.number);
  ModuleSpec& first = drawn.stack.front();
  first.schedule = with_epochs(first.schedule, epochs);
  Network network = stack_.network;
  network.pipeline = &drawn;
  const Segment all{0, network.size() - 1};
  Examples labelled = examples(images(draw));
  const std::int64_t count = labelled.size();
  StepRunner runner(network, all, Feed(network, std::move(labelled), network.augmented(all)),
                    epoch_images(count, first.batch, epochs));
  const TensorMap trained = runner.train({}, examples(training_), poll_);
  if (!network_evaluator_)
    network_evaluator_ = std::make_unique<BlockEvaluator>(stack_.network, GraphPart{Source::images, 0, all.last},
                                                          test_images_, test_blocks(test_images_));
  return network_evaluator_->measure(trained, poll_).accuracy();
}

}  // namespace gramstack
