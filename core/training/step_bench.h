// A training step made ready to be timed: compiled as a run compiles it, with initial parameters and real batches.
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
  /// `pipeline` outlives the object. Frozen modules below have their initial parameters.
  StepBench(const Pipeline& pipeline, const std::string& module, bool end_to_end);
  ~StepBench();
  StepBench(const StepBench&) = delete;
  StepBench& operator=(const StepBench&) = delete;

  std::int64_t batch() const;
  std::int64_t products() const;  ///< of a step, by the definitions of its ops
  MemoryReport memory() const;

  double run();    ///< seconds of the plan's step alone
  double train();  ///< seconds of a step as training takes it, with gathering its batch
  /// Seconds of each step of the plan, by its text, in one run.
  std::vector<std::pair<std::string, double>> profile();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gramstack
