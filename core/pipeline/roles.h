// What hidden modules and the output module must have.
#pragma once

#include <vector>

#include "pipeline/parts.h"

namespace gramstack {

/// The last module is the output module: losses from labels and no kernel. All others have a kernel and pairwise losses
/// that are defined for it, or with a head any.
void check_roles(const std::vector<ModulePart>& stack, const Reader& reader);

}  // namespace gramstack
