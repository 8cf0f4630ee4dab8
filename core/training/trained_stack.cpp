#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "training/frozen_stack.h"
#include "training/inference.h"
#include "training/train.h"

namespace gramstack {

struct TrainedStack::State {
  FrozenStack stack;
  std::map<std::int64_t, std::unique_ptr<Inference>> plans;  ///< by batch

  std::vector<float> scores(Feed& feed, const Indices& positions) {
    const std::int64_t batch = inference_batch(static_cast<std::int64_t>(positions.size()));
    std::unique_ptr<Inference>& plan = plans[batch];
    if (!plan) {
      const Network& network = stack.network;
      const GraphPart whole{Source::images, 0, network.size() - 1};
      plan = std::make_unique<Inference>(*network.pipeline->device, inference_graph(network, whole, batch), batch);
      plan->write(stack.parameters);
    }
    return plan->run(feed, stack.network.pipeline->views, positions, {});
  }
};

TrainedStack::TrainedStack(const Pipeline& pipeline, const std::filesystem::path& run_folder)
    : state_(std::make_unique<State>()) {
  state_->stack = load_stack(pipeline, run_folder);
}

TrainedStack::~TrainedStack() = default;

Evaluation TrainedStack::evaluate(Split split) {
  const std::size_t classes = state_->stack.network.classes.size();
  Feed feed(state_->stack.network, all_examples(state_->stack.network, split));
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
  const Network& network = state_->stack.network;
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
