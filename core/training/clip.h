// Gradient clipping by the norm of all gradients together (Pascanu, Mikolov and Bengio, 2013, section 3.2).
#pragma once

#include <vector>

#include "api/builder.h"

namespace gramstack {

/// The gradients of one step as one long vector, shortened to Euclidean norm `norm` where it is longer.
std::vector<Value> clipped(Builder& builder, const std::vector<Value>& gradients, double norm);

}  // namespace gramstack
