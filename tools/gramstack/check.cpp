#include <fmt/core.h>

#include <optional>

#include "command_line.h"
#include "table.h"
#include "training/train.h"

namespace gramstack::tool {
namespace {

struct Options {
  std::string file;
  std::vector<std::string> set;
  bool end_to_end = false;
};

std::int64_t count_weights(const Graph& graph) {
  std::int64_t count = 0;
  for (const Parameter& parameter : graph.parameters())
    if (parameter.role == Role::weight) count += elements(graph.shape(parameter.value));
  return count;
}

struct Step {
  std::string name;
  std::optional<std::int64_t> weights;  ///< none: the module is stored
};

std::vector<Step> steps(const Pipeline& pipeline, bool end_to_end) {
  if (end_to_end) return {{"end to end", count_weights(step_graph(pipeline, pipeline.stack.back().name, true))}};
  std::vector<Step> result;
  for (const ModuleSpec& module : pipeline.stack) {
    if (module.stored)
      result.push_back({module.name, std::nullopt});
    else
      result.push_back({module.name, count_weights(step_graph(pipeline, module.name, false))});
  }
  return result;
}

void show_json(const Pipeline& pipeline, const std::vector<Step>& all) {
  nlohmann::json modules = nlohmann::json::array();
  for (const Step& step : all) {
    nlohmann::json weights;
    if (step.weights) weights = *step.weights;
    modules.push_back({{"name", step.name}, {"weights", weights}});
  }
  const Dataset& data = *pipeline.data.dataset;
  print_json({{"file", pipeline.file.string()},
              {"ok", true},
              {"device", pipeline.device->describe()},
              {"training_images", data.records(Split::train).size() - pipeline.data.validation},
              {"validation_images", pipeline.data.validation},
              {"test_images", data.records(Split::test).size()},
              {"modules", modules}});
}

void show_text(const Pipeline& pipeline, const std::vector<Step>& all) {
  const Dataset& data = *pipeline.data.dataset;
  std::vector<std::vector<std::string>> rows = {{"module", "weights"}};
  for (const Step& step : all) rows.push_back({step.name, step.weights ? std::to_string(*step.weights) : "stored"});
  print(fmt::format("{}: ok\ndevice: {}\nimages: {} for training, {} for validation, {} for test\n{}",
                    pipeline.file.string(), pipeline.device->describe(),
                    data.records(Split::train).size() - pipeline.data.validation, pipeline.data.validation,
                    data.records(Split::test).size(), table(rows, {1})));
}

int act(const Options& options, Context& context) {
  const Pipeline pipeline = load_pipeline(options.file, options.set, context.registry());
  gramstack::check(pipeline, options.end_to_end);
  const std::vector<Step> all = steps(pipeline, options.end_to_end);
  if (context.options.json)
    show_json(pipeline, all);
  else
    show_text(pipeline, all);
  return 0;
}

}  // namespace

void add_check(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("check", "Check a pipeline file, its plugins, data and shapes; train nothing.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FILE", options->file, "pipeline file")->required()->type_name("");
  verb.add_flag("--end-to-end", options->end_to_end, "as it is trained by run --end-to-end");
  verb.add_option("--set", options->set, "override a value: stack.features.batch=256")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
