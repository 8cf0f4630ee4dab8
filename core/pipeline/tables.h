// The core's own parameter tables by name.
#pragma once

#include <string_view>

#include "pipeline/pipeline.h"

namespace gramstack {

const CoreTable& core_table(std::string_view name);  ///< REQUIRES: there is one

}  // namespace gramstack
