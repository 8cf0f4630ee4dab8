// manifest.json: what a run was made with.
#pragma once

#include <string>

#include "training/run_folder.h"

namespace gramstack {

/// Versions, the files of the plugins used with their SHA-256, data, device, seed. No times, no host names.
std::string manifest(const Pipeline& pipeline, const RunIdentity& identity);

/// Throws Error(file) naming `file` when the text is not a manifest.
RunIdentity identity_of(const std::string& manifest, const std::string& file);

}  // namespace gramstack
