// Modules of a stack that the pipeline takes as they are, by `from`: a hash of the store, or a file.
#pragma once

#include <vector>

#include "pipeline/parts.h"

namespace gramstack {

/// An entry of the stack with `from`.
ModulePart read_given(const config::Tree& node, const Reader& reader);

/// Given modules are hidden, come first and each stands on those below it; one above them is trained.
void check_given(const std::vector<ModulePart>& stack, config::Faults& faults);

/// The images are of the shape that the lowest module was trained on, and normalised as they were then.
/// REQUIRES: data.spec.dataset.
void check_given_data(const DataPart& data, const std::vector<ModulePart>& stack, config::Faults& faults);

}  // namespace gramstack
