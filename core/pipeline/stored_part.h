// Modules of a stack that come from module files: their components are made from the files' metadata.
#pragma once

#include <memory>
#include <string>

#include "pipeline/parts.h"

namespace gramstack {

/// A part of a stack called `name` that has the backbone and kernel, and if it can be made the loss, that `stored` was
/// trained with. Faults are at `place`.
ModulePart stored_part(std::shared_ptr<const StoredSource> stored, const std::string& name, const config::Place& place,
                       const Reader& reader);

/// The same outside of pipeline files. Throws Error that starts with the file's name.
ModuleSpec stored_module(std::shared_ptr<const StoredSource> stored, const std::string& name, const Registry& registry);

}  // namespace gramstack
