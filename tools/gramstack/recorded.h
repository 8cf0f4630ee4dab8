// What a run folder says about the run that made it.
#pragma once

#include <filesystem>

#include "context.h"
#include "pipeline/pipeline.h"

namespace gramstack::tool {

/// The pipeline that the folder was made with. Throws Error(file) when the folder is not a run folder.
Pipeline recorded_pipeline(const std::filesystem::path& folder, Context& context);

/// Whether the run trains end to end. Throws Error(file).
bool recorded_end_to_end(const std::filesystem::path& folder);

}  // namespace gramstack::tool
