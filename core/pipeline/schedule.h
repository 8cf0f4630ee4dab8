// Learning-rate schedules: a factor on the optimizer's base rate, by step.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "abi.h"

namespace gramstack {

/// [any-thread]
class Schedule {
 public:
  enum class Kind { constant, steps, cosine, one_cycle };
  Kind kind = Kind::constant;
  std::int64_t epochs = 1;                 ///< of the whole training
  double warmup = 0;                       ///< epochs of linear warm-up from 0 (constant, steps, cosine)
  std::vector<std::int64_t> stage_epochs;  ///< steps: their sum is `epochs`
  double factor = 0.1;                     ///< steps: on the rate after each stage
  double final_factor = 0;                 ///< cosine, one-cycle: at the end
  double peak = 0.3;                       ///< one-cycle: share of the training at which factor 1 is reached
  double start_factor = 0.04;              ///< one-cycle: at the beginning

  /// The factor of step `step` (from 0) of a training with `steps_per_epoch` steps an epoch.
  double at(std::int64_t step, std::int64_t steps_per_epoch) const;
};

}  // namespace gramstack
