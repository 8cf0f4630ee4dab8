#include <fmt/core.h>

#include <algorithm>

#include "command_line.h"
#include "config/quote.h"
#include "config/suggest.h"
#include "pipeline/pipeline.h"
#include "training/train.h"

namespace gramstack::tool {
namespace {

constexpr const char* kBuild = "build";  // the graph as the components emitted it

struct Options {
  std::string file, module, after = kBuild;
  std::vector<std::string> set;
  bool dot = false, end_to_end = false;
};

struct Pass {
  std::string name, text;
};

std::string chosen_module(const Options& options, const Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const ModuleSpec& module : pipeline.stack) names.push_back(module.name);
  if (options.module.empty() && (options.end_to_end || names.size() == 1)) return names.back();
  if (std::find(names.begin(), names.end(), options.module) != names.end()) return options.module;
  const std::string fault = options.module.empty() ? "graph needs --module"
                                                   : fmt::format("there is no module {}{}", quote(options.module),
                                                                 did_you_mean(options.module, names));
  throw UsageError(fmt::format("{}\n  modules: {}", fault, join(names)));
}

std::vector<Pass> passes(const Graph& graph, Device& device) {
  std::vector<Pass> all = {{kBuild, to_text(graph)}};
  CompileOptions options;
  options.observe = [&all](std::string_view pass, const std::string& text) {
    all.push_back({std::string(pass), text});
  };
  device.compile(graph, options);
  return all;
}

const Pass& find_pass(const std::vector<Pass>& all, const std::string& name) {
  std::vector<std::string> names;
  for (const Pass& pass : all) {
    if (pass.name == name) return pass;
    names.push_back(pass.name);
  }
  throw UsageError(
      fmt::format("there is no pass {}{}\n  passes: {}", quote(name), did_you_mean(name, names), join(names)));
}

std::string text_of(const Options& options, const Graph& graph, Device& device) {
  if (options.after != kBuild) return find_pass(passes(graph, device), options.after).text;
  return options.dot ? to_dot(graph) : to_text(graph);
}

int act(const Options& options, Context& context) {
  if (options.dot && options.after != kBuild)
    throw UsageError("--dot draws the graph as built; the passes of a device are text");
  const Pipeline pipeline = load_pipeline(options.file, options.set, context.registry());
  const std::string module = chosen_module(options, pipeline);
  const Graph graph = step_graph(pipeline, module, options.end_to_end);
  const std::string text = text_of(options, graph, *pipeline.device);
  if (context.options.json)
    print_json({{"module", module}, {"pass", options.after}, {options.dot ? "dot" : "text", text}});
  else
    print(text);
  return 0;
}

}  // namespace

void add_graph(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("graph", "Print the training step of a module as a graph.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FILE", options->file, "pipeline file")->required()->type_name("");
  verb.add_option("--module", options->module, "module of the stack")->type_name("NAME");
  verb.add_option("--after", options->after, "pass to stop after: build, or one of the device's")
      ->capture_default_str()
      ->type_name("PASS");
  verb.add_flag("--dot", options->dot, "as a Graphviz graph");
  verb.add_flag("--end-to-end", options->end_to_end, "the whole network's step");
  verb.add_option("--set", options->set, "override a value: stack.features.batch=256")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
