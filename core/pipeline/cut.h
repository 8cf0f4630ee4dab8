// Entries of the stack that are cut: one module for each part of a backbone.
#pragma once

#include <optional>
#include <string>

#include "pipeline/parts.h"

namespace gramstack {

/// Puts a module for every part in place of each entry of the pipeline's stack that has `cut`. Part k of "features" is
/// called "features-k"; its keys are the entry's, those of its item of `cut` replace them, and `section` says which
/// part it is.
void expand_cuts(config::Tree& pipeline, const Reader& reader);

/// Whether an override "stack.NAME-K.key=value" names none of the stack's entries, but may name a part of one.
bool may_name_part(const config::Tree& pipeline, const std::string& option);

/// Reads the key `section` into part.spec, checked against the backbone there. None when it is no mapping.
std::optional<config::Arguments> read_section(const config::Entry& entry, ModulePart& part, const Reader& reader);

}  // namespace gramstack
