// The training steps of a segment: its plan, and the batches it is fed with.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/device.h"
#include "store/tensors.h"
#include "training/examples.h"

namespace gramstack {

class StepRunner {
 public:
  /// Compiles the step for the feed's source. Parameters are zeros until write(). An epoch is as many passes over the
  /// feed's examples as make about the steps of one pass over `epoch_images` images: few labels are trained on as long
  /// as all would be.
  StepRunner(const Network& network, const Segment& segment, Feed feed, std::int64_t epoch_images);

  std::int64_t steps() const { return passes_ * order_.steps(); }  ///< an epoch
  std::int64_t images() const;                                     ///< trained on in an epoch, repeats counted
  const Examples& examples() const { return feed_.examples(); }
  const Graph& graph() const { return graph_; }
  std::size_t memory() const;  ///< bytes of a full step and of the table of examples
  std::int64_t batch() const { return order_.batch(); }
  Plan& plan() { return *plan_; }  ///< of full batches

  void write(const TensorMap& parameters);
  std::map<std::string, TensorType> trained() const;  ///< what read() gives
  TensorMap read() const;                             ///< weights, states and slots of the segment
  TensorMap read_weights() const;  ///< its weights and states, or their averages where the module keeps them

  struct Step {
    double loss = 0;  ///< mean over its images
    std::int64_t images = 0;
  };
  /// Puts step `step` of epoch `epoch` to work, both from 0, and gives those that are done since the last call, in
  /// order: this one, or on a device that works ahead (Device::steps_ahead) none for some calls, then all. Throws
  /// Error(numerical) naming the step when a loss is not finite.
  const std::vector<Step>& run(std::int64_t epoch, std::int64_t step);
  /// The steps that were put to work and not given yet.
  const std::vector<Step>& finish();

  /// Those of the segment's modules, or the one for all where they learn from one loss.
  std::vector<double> learning_rates(std::int64_t epoch, std::int64_t step) const;

  /// All epochs to the last step, from initial values, for which `training` may serve, above the modules that `values`
  /// has. Gives these and the trained ones. `poll` is called after each step; it may throw.
  TensorMap train(TensorMap values, const Examples& training, const Poll& poll);

 private:
  /// A step under way: its loss is there when the plan was waited for.
  struct Pending {
    float loss = 0;
    std::int64_t images = 0, epoch = 0, step = 0;
  };

  std::int64_t pass_of(std::int64_t epoch, std::int64_t step) const { return epoch * passes_ + step / order_.steps(); }
  void compile();
  Graph graph_of(std::int64_t batch) const;
  HostTensor tensor(const Parameter& parameter, const std::string& name) const;  ///< what `name` holds
  void run_last(std::int64_t epoch, std::int64_t step);
  void run_on(Plan& plan, std::int64_t epoch, std::int64_t step);
  void take_pending();
  void write_rates(Plan& plan, const std::vector<double>& rates);
  void write_row_numbers(Plan& plan, const Indices& batch);
  const Indices& batch_of(std::int64_t step) const;
  void write_offsets(Plan& plan, const Indices& batch);
  [[noreturn]] void fail(double loss, std::int64_t epoch, std::int64_t step) const;

  const Network& network_;
  Segment segment_;
  Feed feed_;
  BatchOrder order_;
  std::int64_t passes_;  ///< an epoch
  AugmentationStream augmentation_;
  std::size_t ahead_;             ///< steps under way at most
  std::shared_ptr<Table> table_;  ///< of all examples; null: the device keeps none
  Graph graph_;
  std::unique_ptr<Plan> plan_;
  Graph last_graph_;
  std::unique_ptr<Plan> last_plan_;  ///< for a smaller last batch; null: there is none
  std::int64_t pass_ = -1;           ///< since the first step; of batches_
  std::vector<Indices> batches_;
  std::vector<std::int32_t> offsets_, row_numbers_;
  std::vector<Pending> pending_;  ///< reserved: its elements stay where they are
  std::vector<Step> done_;
};

}  // namespace gramstack
