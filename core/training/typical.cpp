#include "training/typical.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gramstack {
namespace {

/// `per_class` images of each class, or as many as the smallest one has.
Examples pool_of(const Preparation& preparation, std::int64_t per_class) {
  const Network& network = preparation.network;
  const LabelView labels = network.labels(Split::train);
  std::vector<std::int64_t> counts(network.classes.size(), 0);
  for (const std::int64_t image : preparation.images.training)
    ++counts[static_cast<std::size_t>(labels.labels[static_cast<std::size_t>(image)])];
  const std::int64_t most = std::min(per_class, *std::min_element(counts.begin(), counts.end()));
  return {network.pipeline->data.dataset->records(Split::train),
          few_per_class(labels, preparation.images.training, most, network.pipeline->seed)};
}

/// The module's input for each example, as rows of unit length.
std::vector<float> unit_rows(const Network& network, const Segment& segment, const Examples& examples,
                             const TensorMap& parameters, const Poll& poll) {
  const std::int64_t batch = inference_batch(examples.size());
  Inference inference(*network.pipeline->device, input_graph(network, segment.first, batch), batch);
  inference.write(parameters);
  Feed feed(network, examples);
  std::vector<float> rows = inference.run(feed, all_positions(examples), poll);
  const std::ptrdiff_t width = inference.width();
  for (auto row = rows.begin(); row != rows.end(); row += width) {
    const float norm = std::sqrt(std::inner_product(row, row + width, row, 0.0f));
    if (norm > 0) std::for_each(row, row + width, [norm](float& value) { value /= norm; });
  }
  return rows;
}

/// Positions of the `count` rows with the highest mean product with all rows of `members`; of equal ones the first.
Indices most_typical(const std::vector<float>& rows, std::size_t width, Indices members, std::size_t count) {
  std::vector<double> sum(width, 0.0);
  const auto row = [&](std::int64_t member) { return rows.data() + static_cast<std::size_t>(member) * width; };
  for (const std::int64_t member : members)
    for (std::size_t k = 0; k < width; ++k) sum[k] += static_cast<double>(row(member)[k]);
  const auto similarity = [&](std::int64_t member) {
    return std::inner_product(sum.begin(), sum.end(), row(member), 0.0);
  };
  std::stable_sort(members.begin(), members.end(),
                   [&](std::int64_t a, std::int64_t b) { return similarity(a) > similarity(b); });
  members.resize(std::min(count, members.size()));
  return members;
}

}  // namespace

Examples labelled_examples(const Preparation& preparation, const Segment& segment, const TensorMap& parameters,
                           const Poll& poll) {
  const Network& network = preparation.network;
  const ModuleSpec& module = network.module(segment.first);
  if (!module.typical_labels || !module.labels_per_class || segment.first == 0)
    return training_examples(preparation, segment);
  const Examples pool = pool_of(preparation, std::max(kTypicalPool, *module.labels_per_class));
  const std::vector<float> rows = unit_rows(network, segment, pool, parameters, poll);
  std::vector<Indices> by_class(network.classes.size());
  for (std::int64_t i = 0; i < pool.size(); ++i)
    by_class[static_cast<std::size_t>(pool.labels()[static_cast<std::size_t>(i)])].push_back(i);
  Indices images;
  const std::size_t width = rows.size() / static_cast<std::size_t>(pool.size());
  for (const Indices& members : by_class)
    for (const std::int64_t i : most_typical(rows, width, members, static_cast<std::size_t>(*module.labels_per_class)))
      images.push_back(pool.image(i));
  std::sort(images.begin(), images.end());
  return {network.pipeline->data.dataset->records(Split::train), std::move(images)};
}

}  // namespace gramstack
