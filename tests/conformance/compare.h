// Two tensors, compared by relative L2 error and by the largest single error.
#pragma once

#include <string>
#include <vector>

#include "api/tensor.h"

namespace gramstack::conformance {

struct Tolerance {
  double relative = 1e-5;  ///< of the L2 error; a single element may be off by ten times as much of the largest
  double noise = 0;        ///< root mean square of errors that are accepted whatever the tensor's size is
};

/// "" when `got` is `want` within the tolerance (i32 and u8: exactly), else one line that says how far off it is and
/// where most.
std::string difference(const TensorType& type, const std::vector<double>& got, const std::vector<double>& want,
                       const Tolerance& tolerance);

}  // namespace gramstack::conformance
