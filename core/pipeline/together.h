// Hidden modules that are trained at once.
#pragma once

#include <vector>

#include "pipeline/parts.h"

namespace gramstack {

/// They see the same batches: faults where those that are trained do not agree in epochs, batch, augmentation and
/// labels. REQUIRES: the stack was read without a fault.
void check_together(const std::vector<ModulePart>& stack, config::Faults& faults);

}  // namespace gramstack
