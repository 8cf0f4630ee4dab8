#include "training/training_feed.h"

#include <utility>

#include "training/spread.h"
#include "training/typical.h"

namespace gramstack {

Feed spread_feed(const Network& network, const Segment& segment, Examples all, const Examples& labelled,
                 const TensorMap& parameters, const Poll& poll) {
  FeatureTable inputs = inputs_of(network, segment.first, parameters, all, poll, input_views(network, segment.first));
  all = with_spread_labels(std::move(all), labelled, inputs, network.classes.size());
  if (network.augmented(segment)) return Feed(network, std::move(all), true);
  if (evaluation_source(network, segment, all.size()) == Source::images) return Feed(network, std::move(all));
  return Feed(std::move(all), std::move(inputs.rows), inputs.width);
}

Examples labelled_examples(const Preparation& preparation, const Segment& segment, const TensorMap& parameters,
                           const Poll& poll) {
  const ModuleSpec& module = preparation.network.module(segment.first);
  if (!module.labels_per_class) return all_training_examples(preparation);
  if (module.typical_labels && segment.first > 0) return typical_examples(preparation, segment, parameters, poll);
  return random_examples(preparation, *module.labels_per_class);
}

Feed training_feed(const Preparation& preparation, const Segment& segment, const TensorMap& parameters,
                   const Poll& poll) {
  const Network& network = preparation.network;
  Examples labelled = labelled_examples(preparation, segment, parameters, poll);
  if (network.module(segment.first).spread_labels && segment.first > 0)
    return spread_feed(network, segment, all_training_examples(preparation), labelled, parameters, poll);
  if (network.augmented(segment)) return Feed(network, std::move(labelled), true);
  return evaluation_feed(network, segment, std::move(labelled), parameters, poll);
}

Examples with_spread_labels(Examples all, const Examples& labelled, const FeatureTable& inputs, std::size_t classes) {
  std::vector<std::int32_t> labels(static_cast<std::size_t>(all.size()), kUnlabelled);
  std::int64_t position = 0;
  for (std::int64_t i = 0; i < labelled.size(); ++i, ++position) {
    while (all.image(position) != labelled.image(i)) ++position;
    labels[static_cast<std::size_t>(position)] = labelled.labels()[static_cast<std::size_t>(i)];
  }
  all.relabel(spread_labels(inputs, std::move(labels), classes));
  return all;
}

}  // namespace gramstack
