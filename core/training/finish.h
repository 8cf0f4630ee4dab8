// What follows the training of a segment and of a run: module files, values, accuracies.
#pragma once

#include <optional>

#include "training/run_context.h"

namespace gramstack {

/// Writes the module files of a trained segment and notes their reports; `kept`: its weights and states.
void freeze(RunContext& run, const Segment& segment, const TensorMap& kept, std::size_t peak_memory);

/// The report of a run whose segments are all trained.
RunReport conclude(RunContext& run, bool end_to_end);

}  // namespace gramstack
