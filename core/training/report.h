// Reports as JSON, for checkpoints and report.json.
#pragma once

#include <nlohmann/json.hpp>

#include "training/train.h"

namespace gramstack {

const char* name_of(Origin origin);  ///< "trained"

nlohmann::json to_json(const ModuleReport& report);
nlohmann::json to_json(const RunReport& report);

/// `folder`: the run folder, which module files are found in. Throws nlohmann::json::exception on other JSON.
ModuleReport module_report_of(const nlohmann::json& json, const std::filesystem::path& folder);
RunReport run_report_of(const nlohmann::json& json, const std::filesystem::path& folder);

}  // namespace gramstack
