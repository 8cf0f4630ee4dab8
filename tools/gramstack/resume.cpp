#include <filesystem>

#include "command_line.h"
#include "recorded.h"
#include "training.h"

namespace gramstack::tool {
namespace {

int act(const std::filesystem::path& folder, Context& context) {
  const Pipeline pipeline = recorded_pipeline(folder, context);
  RunOptions run_options;
  run_options.folder = folder;
  run_options.end_to_end = recorded_end_to_end(folder);
  run_options.store = context.registry().paths().store;
  train(context, run_options, [&pipeline](const RunOptions& filled) { return resume(pipeline, filled); });
  return 0;
}

}  // namespace

void add_resume(CommandLine& line) {
  const std::shared_ptr<std::string> folder = std::make_shared<std::string>();
  CLI::App& verb = line.add_verb("resume", "Go on with an interrupted run, to the same bytes.",
                                 [folder](Context& context) { return act(*folder, context); });
  verb.add_option("FOLDER", *folder, "run folder")->required()->type_name("");
}

}  // namespace gramstack::tool
