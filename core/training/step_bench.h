// A step made ready to be timed: compiled as a run compiles it, with initial parameters and real batches.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/device.h"
#include "pipeline/pipeline.h"

namespace gramstack {

/// One thread at a time.
class StepBench {
 public:
  virtual ~StepBench() = default;

  virtual std::int64_t batch() const = 0;
  /// Seconds of a step as a run takes it: with gathering its batch, and with reading its result.
  virtual double run_whole() = 0;

  double run();                   ///< seconds of the plan's step alone
  std::int64_t products() const;  ///< of a step, by the definitions of its ops
  MemoryReport memory() { return plan().memory(); }
  /// Seconds of each step of the plan, by its text, in one run.
  std::vector<std::pair<std::string, double>> profile();

 protected:
  virtual Plan& plan() = 0;
  virtual const Graph& graph() const = 0;
};

/// The training step of a module or, end to end, of all. `pipeline` outlives the object. Frozen modules below have
/// their initial parameters.
std::unique_ptr<StepBench> training_bench(const Pipeline& pipeline, const std::string& module, bool end_to_end);

/// Outputs of a module for batches of images, all modules up to it frozen.
std::unique_ptr<StepBench> inference_bench(const Pipeline& pipeline, const std::string& module);

}  // namespace gramstack
