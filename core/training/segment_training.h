// Training one segment of a run, from where its state stands to its last epoch.
#pragma once

#include <memory>
#include <optional>

#include "training/inference.h"
#include "training/run_context.h"
#include "training/step_runner.h"

namespace gramstack {

class SegmentTraining {
 public:
  /// Makes ready: caches the outputs of the frozen modules, compiles the plans, writes initial or saved parameters.
  SegmentTraining(RunContext& run, const Segment& segment);
  SegmentTraining(const SegmentTraining&) = delete;
  SegmentTraining& operator=(const SegmentTraining&) = delete;

  void train();  ///< at its end the run's state holds the last weights
  /// The weights and states of the best epoch, of the last one without validation data. The best one is that of the
  /// segment's last module: those that are trained together fit together.
  TensorMap kept() const;
  const Examples& examples() const { return runner_->examples(); }
  std::size_t memory() const { return runner_->memory(); }

 private:
  void make_validation();
  void write_parameters();
  void train_step();
  void finish_epoch();
  void keep_if_best(double value);
  void warn_if_undone(double last) const;  ///< the last epoch's validation value
  void append_metrics(double loss, const std::optional<Measure>& validation);
  double value_of(const Measure& measure) const;
  const char* value_name() const;
  Progress progress() const;
  Poll poll();
  bool take(const std::vector<StepRunner::Step>& done);  ///< into the state; false: there are none
  void take_current();                                   ///< all steps under way, and the parameters after them

  RunContext& run_;
  const Segment segment_;
  const std::int64_t epochs_;
  std::optional<Feed> validation_feed_;
  std::optional<BlockEvaluator> validation_;
  std::unique_ptr<StepRunner> runner_;
  std::int64_t steps_here_ = 0;  ///< in this process, for the speed
  double seconds_before_ = 0;
};

}  // namespace gramstack
