#include "training/typical.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "training/inference.h"

namespace gramstack {
namespace {

/// `per_class` images of each class, or as many as the smallest one has.
Examples pool_of(const Preparation& preparation, std::int64_t per_class) {
  const LabelView labels = preparation.network.labels(Split::train);
  return random_examples(preparation, std::min(per_class, smallest_class(labels, preparation.images.training)));
}

void scale_to_unit_length(FeatureTable& table) {
  for (auto row = table.rows.begin(); row != table.rows.end(); row += table.width) {
    const float norm = std::sqrt(std::inner_product(row, row + table.width, row, 0.0f));
    if (norm > 0) std::for_each(row, row + table.width, [norm](float& value) { value /= norm; });
  }
}

/// Positions of the `count` rows with the highest mean product with all rows of `members`; of equal ones the first.
Indices most_typical(const FeatureTable& table, Indices members, std::size_t count) {
  const std::size_t width = static_cast<std::size_t>(table.width);
  std::vector<double> sum(width, 0.0);
  const auto row = [&](std::int64_t member) { return table.rows.data() + member * table.width; };
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

Examples typical_examples(const Preparation& preparation, const Segment& segment, const TensorMap& parameters,
                          const Poll& poll) {
  const Network& network = preparation.network;
  const ModuleSpec& module = network.module(segment.first);
  const Examples pool = pool_of(preparation, std::max(kTypicalPool, *module.labels_per_class));
  FeatureTable inputs = inputs_of(network, segment.first, parameters, pool, poll);
  scale_to_unit_length(inputs);
  std::vector<Indices> by_class(network.classes.size());
  for (std::int64_t i = 0; i < pool.size(); ++i)
    by_class[static_cast<std::size_t>(pool.labels()[static_cast<std::size_t>(i)])].push_back(i);
  Indices images;
  for (const Indices& members : by_class)
    for (const std::int64_t i : most_typical(inputs, members, static_cast<std::size_t>(*module.labels_per_class)))
      images.push_back(pool.image(i));
  std::sort(images.begin(), images.end());
  return {network.pipeline->data.dataset->records(Split::train), std::move(images)};
}

}  // namespace gramstack
