// Choosing which images are labelled by what the frozen modules make of them.
#pragma once

#include "training/prepare.h"

namespace gramstack {

/// Of each class as many of the most typical images as the segment's module wants: those with the highest mean
/// similarity, by the features of the modules below, to the others of their class. They are sought among kTypicalPool
/// images of each class, drawn as random ones would be. REQUIRES: labels_per_class, and a module below.
Examples typical_examples(const Preparation& preparation, const Segment& segment, const TensorMap& parameters,
                          const Poll& poll);

inline constexpr std::int64_t kTypicalPool = 100;

}  // namespace gramstack
