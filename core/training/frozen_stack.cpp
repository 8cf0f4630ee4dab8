#include "training/frozen_stack.h"

#include <fmt/core.h>

#include "store/module_file.h"
#include "training/parameters.h"
#include "training/run_folder.h"
#include "training/step.h"

namespace gramstack {
namespace {

/// The module files of a finished run, checked against each other.
std::vector<ModuleFile> read_modules(const Pipeline& pipeline, const std::filesystem::path& run_folder) {
  const RunReport report = read_report(run_folder);
  if (report.modules.size() != pipeline.stack.size())
    throw Error(ExitCode::file, fmt::format("{} holds {} modules, the pipeline has {}", run_folder.string(),
                                            report.modules.size(), pipeline.stack.size()));
  std::vector<ModuleFile> modules;
  std::vector<std::string> below;
  for (const ModuleReport& part : report.modules) {
    modules.push_back(read_module_file(part.file));
    if (modules.back().parents != below)
      throw Error(ExitCode::file, fmt::format("module file {}: it was trained on other modules than those below it",
                                              part.file.string()));
    below.push_back(part.hash);
  }
  return modules;
}

}  // namespace

FrozenStack load_stack(const Pipeline& pipeline, const std::filesystem::path& run_folder, std::size_t feature_memory,
                       const std::filesystem::path& feature_store) {
  const std::vector<ModuleFile> modules = read_modules(pipeline, run_folder);
  FrozenStack stack;
  stack.network = make_network(pipeline, {modules.front().mean, modules.front().deviation}, feature_memory);
  stack.network.feature_store = feature_store;
  for (std::size_t m = 0; m < modules.size(); ++m)
    add_module(stack.network, m, modules[m].tensors,
               fmt::format("module file of '{}' in {}", stack.network.module(m).name, run_folder.string()),
               stack.parameters);
  return stack;
}

FrozenStack before_training(const FrozenStack& trained, std::size_t module) {
  FrozenStack stack{trained.network, values_below(trained.network, module, trained.parameters)};
  const Network& network = stack.network;
  const Pipeline& pipeline = *network.pipeline;
  const Partition images = partition_of(pipeline);
  add_initial_values(stack.parameters, network, inference_graph(network, {Source::images, 0, network.size() - 1}, 1),
                     Examples(pipeline.data.dataset->records(Split::train), images.training));
  return stack;
}

}  // namespace gramstack
