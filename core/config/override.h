// --set path.to.key=value: a change of the tree before it is checked.
#pragma once

#include <string>

#include "config/document.h"

namespace gramstack::config {

/// Puts the value, written as YAML, at the path. Steps of a path are keys; of a list they are indices from 0, except
/// that modules of the `stack` are named. Mappings that are missing on the way are made; what stands at the path is
/// replaced. Faults read "--set path.to.key=value: error: ...", also those found later in what was put in.
void apply_override(Tree& root, const std::string& option, Faults& faults);

}  // namespace gramstack::config
