#include "training/segment_training.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "training/parameters.h"
#include "training/training_feed.h"

namespace gramstack {

SegmentTraining::SegmentTraining(RunContext& run, const Segment& segment)
    : run_(run), segment_(segment), epochs_(run.network.module(segment.first).schedule.epochs) {
  make_validation();
  runner_ = std::make_unique<StepRunner>(run.network, segment,
                                         training_feed(run.preparation, segment, run.parameters, poll()),
                                         static_cast<std::int64_t>(run.preparation.images.training.size()));
  write_parameters();
  seconds_before_ = run.segment_seconds();
}

void SegmentTraining::make_validation() {
  Examples examples = validation_examples(run_.preparation);
  if (examples.size() == 0) return;
  validation_feed_ = evaluation_feed(run_.network, segment_, std::move(examples), run_.parameters, poll());
  validation_.emplace(run_.network, GraphPart{validation_feed_->source(), segment_.first, segment_.last},
                      *validation_feed_, evaluation_blocks(run_.network, segment_.last, validation_feed_->examples()));
}

void SegmentTraining::write_parameters() {
  TensorMap values = run_.parameters;
  const TensorMap& saved = run_.state.current;
  if (saved.empty()) {
    add_initial_values(values, run_.network, runner_->graph(), runner_->examples());
  } else {
    check_tensors(saved, runner_->trained(), "checkpoint of " + run_.folder.path().string());
    values.insert(saved.begin(), saved.end());
  }
  runner_->write(values);
}

void SegmentTraining::train() {
  while (run_.state.epoch < epochs_) {
    while (run_.state.step < runner_->steps()) train_step();
    finish_epoch();
  }
  take_current();
}

void SegmentTraining::train_step() {
  TrainingState& state = run_.state;
  const bool any_done = take(runner_->run(state.epoch, state.step));
  ++state.step;
  ++steps_here_;
  if (any_done) run_.report(progress());
  poll()();
  if (run_.checkpoint_due()) {
    take_current();
    run_.save();
  }
}

bool SegmentTraining::take(const std::vector<StepRunner::Step>& done) {
  TrainingState& state = run_.state;
  for (const StepRunner::Step& step : done) {
    state.loss_sum += step.loss * static_cast<double>(step.images);
    state.images += step.images;
  }
  return !done.empty();
}

void SegmentTraining::take_current() {
  take(runner_->finish());
  run_.state.current = runner_->read();
}

// Until the last line of it the state says "all steps of the epoch done": a stop within the evaluation repeats it.
void SegmentTraining::finish_epoch() {
  TrainingState& state = run_.state;
  take(runner_->finish());
  std::optional<Measure> measure;
  if (validation_) {
    TensorMap values = run_.parameters;
    values.merge(runner_->read_weights());
    measure = validation_->measure(values, poll());
    keep_if_best(value_of(*measure));
  }
  Progress shown = progress();
  shown.epoch_done = true;
  shown.module_done = state.epoch + 1 == epochs_;
  if (measure) shown.validation = value_of(*measure);
  append_metrics(shown.loss, measure);
  if (shown.module_done && measure) warn_if_undone(value_of(*measure));
  ++state.epoch;
  state.step = state.images = 0;
  state.loss_sum = 0;
  run_.report(shown);
}

void SegmentTraining::keep_if_best(double value) {
  TrainingState& state = run_.state;
  if (state.best_value && value <= *state.best_value) return;
  state.best_value = value;
  state.best_epoch = state.epoch + 1;
  state.best = runner_->read_weights();
}

// Below the first epoch's value and well below the best one: not noise, nor mere overfitting.
void SegmentTraining::warn_if_undone(double last) const {
  const std::string metrics = run_.segment_metrics(), key = std::string("validation_") + value_name();
  const double first = nlohmann::json::parse(metrics.substr(0, metrics.find('\n'))).at(key);
  const double best = *run_.state.best_value;
  if (last >= std::min(first, best - 0.1 * std::abs(best))) return;
  run_.warn(fmt::format(
      "module '{0}': {1} on the validation images fell from {2:.4f} after epoch {3} to {4:.4f} after the last, {5}, "
      "below that of the first; epoch {3} is kept. Where one long gradient undid it, clip: {{norm: 1}} or a lower lr "
      "prevents that",
      short_name(run_.network, segment_), value_name(), best, run_.state.best_epoch, last, epochs_));
}

double SegmentTraining::value_of(const Measure& measure) const {
  return run_.network.is_output(segment_.last) ? measure.accuracy() : -measure.loss;
}

const char* SegmentTraining::value_name() const {
  return run_.network.is_output(segment_.last) ? "accuracy" : "objective";
}

void SegmentTraining::append_metrics(double loss, const std::optional<Measure>& validation) {
  nlohmann::ordered_json line{{"module", progress().module}, {"epoch", run_.state.epoch + 1}, {"loss", loss}};
  const std::vector<double> rates = runner_->learning_rates(run_.state.epoch, runner_->steps() - 1);
  if (segment_.together)
    line["learning_rates"] = rates;
  else
    line["learning_rate"] = rates.front();
  if (validation) line[std::string("validation_") + value_name()] = value_of(*validation);
  run_.append_metrics(line.dump() + "\n");
}

Progress SegmentTraining::progress() const {
  const TrainingState& state = run_.state;
  Progress progress;
  progress.module = short_name(run_.network, segment_);
  progress.epoch = state.epoch + 1;
  progress.epochs = epochs_;
  progress.step = state.step;
  progress.steps = runner_->steps();
  progress.loss = state.loss_sum / static_cast<double>(state.images);
  progress.validation_name = value_name();
  const double seconds = run_.segment_seconds() - seconds_before_;
  const std::int64_t steps_left = (epochs_ - state.epoch) * progress.steps - state.step;
  if (steps_here_ > 0 && seconds > 0) {
    const double steps_per_second = static_cast<double>(steps_here_) / seconds;
    progress.images_per_second =
        steps_per_second * static_cast<double>(runner_->images()) / static_cast<double>(progress.steps);
    progress.seconds_left = static_cast<double>(steps_left) / steps_per_second;
  }
  return progress;
}

Poll SegmentTraining::poll() {
  return [this] {
    run_.stop_if_asked([this] {
      if (runner_) take_current();
    });
  };
}

TensorMap SegmentTraining::kept() const { return run_.state.best_value ? run_.state.best : runner_->read_weights(); }

}  // namespace gramstack
