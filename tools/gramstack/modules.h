// Stored modules as text and JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/module_store.h"

namespace gramstack::tool {

std::string modules_table(const std::vector<StoredModule>& modules);

/// All of a module's provenance; `above`: the stored modules that stand on it.
std::string module_text(const ModuleStore& store, const StoredModule& stored, const std::vector<StoredModule>& above);

nlohmann::json module_json(const StoredModule& stored);

}  // namespace gramstack::tool
