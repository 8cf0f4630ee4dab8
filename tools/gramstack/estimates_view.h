// Estimates of how useful features are, as text and JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "estimators/estimates.h"

namespace gramstack::tool {

std::string interval_text(const analysis::Interval& interval);  ///< "0.1234 to 0.2345"

nlohmann::json estimate_json(const analysis::Estimate& estimate);

}  // namespace gramstack::tool
