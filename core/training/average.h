// The moving average of the parameters that a training step changes.
#pragma once

#include <string>
#include <vector>

#include "api/builder.h"

namespace gramstack {

/// Adds a slot to each parameter that one of `updates` changes and that is no slot: the average of its values after
/// every step so far. The first 1 / (1 - decay) steps count evenly; then a step keeps `decay` of the average.
/// `step`: scalar, from 1.
void emit_averages(Builder& builder, const std::vector<Update>& updates, double decay, Value step);

std::string average_of(const std::string& parameter);  ///< the slot's name

}  // namespace gramstack
