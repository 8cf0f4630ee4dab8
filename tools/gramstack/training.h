// What `run` and `resume` share: signals, progress, and the report at the end.
#pragma once

#include <functional>

#include "context.h"
#include "training/train.h"

namespace gramstack::tool {

/// Calls `work` with progress and stop signals filled in, and shows its report. An interruption says how to go on.
void train(Context& context, RunOptions options, const std::function<RunReport(const RunOptions&)>& work);

std::string report_text(const RunReport& report);
nlohmann::json report_json(const RunReport& report);

}  // namespace gramstack::tool
