// What a run needs before its first step, checked.
#pragma once

#include <string>
#include <vector>

#include "training/examples.h"
#include "training/network.h"

namespace gramstack {

struct Preparation {
  Network network;
  Partition images;  ///< of the training split
  std::vector<Segment> segments;
};

/// Throws Error for whatever would fail later: shapes, too few images, nodes that the device declines.
Preparation prepare(const Pipeline& pipeline, bool end_to_end, std::size_t feature_memory);

/// All images of the training split that are not held out.
Examples all_training_examples(const Preparation& preparation);

/// `per_class` of them for each class, drawn by the pipeline's seed. Throws Error(configuration) when a class has
/// fewer.
Examples random_examples(const Preparation& preparation, std::int64_t per_class);

/// The images that a segment is trained on: all that are not held out, or some of each class if it does not spread
/// their labels.
Examples training_examples(const Preparation& preparation, const Segment& segment);

Examples validation_examples(const Preparation& preparation);

/// The segment that trains `module`. Throws Error(usage) when none does.
Segment segment_with(const Preparation& preparation, const std::string& module);

/// The training step of a segment as a run compiles it.
Graph segment_graph(const Preparation& preparation, const Segment& segment);

}  // namespace gramstack
