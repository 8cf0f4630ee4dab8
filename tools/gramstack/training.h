// What `run` and `resume` share: signals, progress, and the report at the end.
#pragma once

#include <functional>

#include "context.h"
#include "training/train.h"

namespace gramstack::tool {

/// Calls `work` with progress and stop signals filled in. An interruption says how to go on: `go_on`.
RunReport train_shown(Context& context, RunOptions options, const std::function<RunReport(const RunOptions&)>& work,
                      const std::string& go_on);

/// Trains into a folder with the results of a command; the run there goes on, and a finished one stays as it is. Throws
/// Error(configuration) where it is of another pipeline. `options`: folder, end_to_end and store.
RunReport train_or_go_on(Context& context, const Pipeline& pipeline, const RunOptions& options);

/// With its parents. Throws Error(resource).
void make_folder(const std::filesystem::path& folder);

/// train_shown, and shows the report.
void train(Context& context, RunOptions options, const std::function<RunReport(const RunOptions&)>& work);

std::string report_text(const RunReport& report);
nlohmann::json report_json(const RunReport& report);

}  // namespace gramstack::tool
