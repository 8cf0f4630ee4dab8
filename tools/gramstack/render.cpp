#include "command_line.h"
#include "pipeline/pipeline.h"

namespace gramstack::tool {
namespace {

struct Options {
  std::string file;
  std::vector<std::string> set;
};

int act(const Options& options, Context& context) {
  const Pipeline pipeline = load_pipeline(options.file, options.set, context.registry());
  if (context.options.json)
    print_json({{"file", pipeline.file.string()}, {"resolved", pipeline.resolved}});
  else
    print(pipeline.resolved);
  return 0;
}

}  // namespace

void add_render(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("render", "Print a pipeline file with every default and where each value came from.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FILE", options->file, "pipeline file")->required()->type_name("");
  verb.add_option("--set", options->set, "override a value: stack.features.batch=256")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
