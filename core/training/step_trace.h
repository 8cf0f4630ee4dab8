// The first steps of a training, to be compared with the same steps done in another way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "store/tensors.h"

namespace gramstack {

struct StepTrace {
  std::string module;  ///< "features", "end-to-end" or "together"
  std::int64_t batch = 0;
  std::vector<double> losses;  ///< of each step
  TensorMap weights;           ///< and states, after the last
};

/// Trains the lowest module that is to be trained, or the whole network, for `steps` steps as run() begins.
/// Throws Error as run() does.
StepTrace trace_steps(const Pipeline& pipeline, bool end_to_end, std::int64_t steps);

/// Norm of the difference over that of `b`, of all weights together. REQUIRES: the same names and types.
double relative_distance(const TensorMap& a, const TensorMap& b);

}  // namespace gramstack
