#include <fmt/core.h>

#include <filesystem>

#include "command_line.h"
#include "plan.h"
#include "training.h"

namespace gramstack::tool {
namespace {

struct Options {
  std::string file, out;
  std::vector<std::string> set;
  bool end_to_end = false, plan = false, no_reuse = false;
};

/// runs/NAME-N under the working directory, with the first N from 1 that is free.
std::filesystem::path free_folder(const std::filesystem::path& file) {
  for (int i = 1;; ++i) {
    const std::filesystem::path folder = std::filesystem::path("runs") / fmt::format("{}-{}", file.stem().string(), i);
    if (!std::filesystem::exists(std::filesystem::symlink_status(folder))) return folder;
  }
}

int act(const Options& options, Context& context) {
  const Pipeline pipeline = load_pipeline(options.file, options.set, context.registry());
  RunOptions run_options;
  run_options.folder = options.out.empty() ? free_folder(options.file) : std::filesystem::path(options.out);
  run_options.end_to_end = options.end_to_end;
  run_options.store = context.registry().paths().store;
  run_options.reuse = !options.no_reuse;
  if (options.plan) {
    show_plan(pipeline, run_options, context);
    return 0;
  }
  note(context, "run folder: " + run_options.folder.string());
  train(context, run_options, [&pipeline](const RunOptions& filled) { return run(pipeline, filled); });
  return 0;
}

}  // namespace

void add_run(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("run", "Train a pipeline into a new run folder.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FILE", options->file, "pipeline file")->required()->type_name("");
  verb.add_option("--out", options->out, "run folder to make (default: runs/NAME-N)")->type_name("FOLDER");
  verb.add_flag("--end-to-end", options->end_to_end, "train the same network as one, by its output loss");
  verb.add_flag("--plan", options->plan, "only say which modules would be trained, and which the store has");
  verb.add_flag("--no-reuse", options->no_reuse, "train all modules, whatever the store has");
  verb.add_option("--set", options->set, "override a value: stack.features.batch=256")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
