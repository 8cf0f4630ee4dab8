// What follows the training of a segment and of a run: module files, values, accuracies.
#pragma once

#include <optional>

#include "training/examples.h"
#include "training/run_context.h"

namespace gramstack {

struct Trained {
  TensorMap kept;               ///< weights and states
  Examples examples;            ///< that it was trained on
  std::size_t peak_memory = 0;  ///< bytes
};

/// Writes the module files of a trained segment and notes their reports.
void freeze(RunContext& run, const Segment& segment, const Trained& trained);

/// The report of a run whose segments are all trained.
RunReport conclude(RunContext& run, bool end_to_end);

}  // namespace gramstack
