#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "store/module_file.h"
#include "training/inference.h"
#include "training/parameters.h"
#include "training/run_folder.h"
#include "training/train.h"

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

struct TrainedStack::State {
  Network network;
  TensorMap parameters;
  std::map<std::int64_t, std::unique_ptr<Inference>> plans;  ///< by batch

  std::vector<float> scores(Feed& feed, const Indices& positions) {
    const std::int64_t batch = inference_batch(static_cast<std::int64_t>(positions.size()));
    std::unique_ptr<Inference>& plan = plans[batch];
    if (!plan) {
      const GraphPart whole{Source::images, 0, network.size() - 1};
      plan = std::make_unique<Inference>(*network.pipeline->device, inference_graph(network, whole, batch), batch);
      plan->write(parameters);
    }
    return plan->run(feed, positions, {});
  }
};

TrainedStack::TrainedStack(const Pipeline& pipeline, const std::filesystem::path& run_folder)
    : state_(std::make_unique<State>()) {
  const std::vector<ModuleFile> modules = read_modules(pipeline, run_folder);
  state_->network = make_network(pipeline, {modules.front().mean, modules.front().deviation}, 0);
  const Network& network = state_->network;
  const Graph graph = inference_graph(network, {Source::images, 0, network.size() - 1}, 1);
  for (std::size_t m = 0; m < modules.size(); ++m) {
    const std::string place = fmt::format("module file of '{}' in {}", network.module(m).name, run_folder.string());
    check_tensors(modules[m].tensors, module_tensors(graph, network.prefix(m)), place);
    state_->parameters.merge(with_prefix(modules[m].tensors, network.prefix(m)));
  }
}

TrainedStack::~TrainedStack() = default;

Evaluation TrainedStack::evaluate(Split split) {
  const std::size_t classes = state_->network.classes.size();
  Feed feed(state_->network, all_examples(state_->network, split));
  const Indices positions = all_positions(feed.examples());
  const std::vector<float> scores = state_->scores(feed, positions);
  Evaluation evaluation;
  evaluation.confusion.assign(classes, std::vector<std::int64_t>(classes, 0));
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const std::int32_t label = feed.examples().labels()[i];
    const std::int64_t predicted = best_class(std::span(scores).subspan(i * classes, classes));
    ++evaluation.confusion[static_cast<std::size_t>(label)][static_cast<std::size_t>(predicted)];
    if (predicted == label) ++correct;
  }
  evaluation.accuracy = static_cast<double>(correct) / static_cast<double>(positions.size());
  return evaluation;
}

std::vector<std::vector<float>> TrainedStack::scores(const std::vector<std::vector<std::uint8_t>>& images) {
  const Network& network = state_->network;
  const std::size_t bytes = static_cast<std::size_t>(network.format.bytes()), classes = network.classes.size();
  std::vector<std::uint8_t> pixels;
  for (const std::vector<std::uint8_t>& image : images) {
    if (image.size() != bytes)
      throw Error(ExitCode::data,
                  fmt::format("an image has {} bytes, the network wants {} ({} x {} x {})", image.size(), bytes,
                              network.format.channels, network.format.height, network.format.width));
    pixels.insert(pixels.end(), image.begin(), image.end());
  }
  const std::vector<std::int32_t> labels(images.size(), 0);
  Indices all(images.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  Feed feed(network, Examples({pixels.data(), network.format.bytes(), labels}, all));
  const std::vector<float> scores = images.empty() ? std::vector<float>() : state_->scores(feed, all);
  std::vector<std::vector<float>> rows;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::span<const float> row = std::span(scores).subspan(i * classes, classes);
    rows.emplace_back(row.begin(), row.end());
  }
  return rows;
}

}  // namespace gramstack
