// Checks a plugin's descriptor once, when it is loaded, so that a faulty table fails there and not at its first use.
#pragma once

#include <string>
#include <vector>

#include "abi.h"

namespace gramstack {

/// Every fault of the descriptor, one sentence each: missing and repeated names, functions that are not there, bounds
/// and choices that make no sense, defaults that do not pass their own check.
std::vector<std::string> descriptor_faults(const gramstack_plugin& plugin);

/// The faults of one parameter table; `owner` is what their sentences start with: "loss 'huber'".
std::vector<std::string> table_faults(const std::string& owner, const gramstack_param* params, std::size_t count);

}  // namespace gramstack
