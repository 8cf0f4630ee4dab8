// Choosing which images are labelled by what the frozen modules make of them.
#pragma once

#include "training/inference.h"
#include "training/prepare.h"

namespace gramstack {

/// training_examples(), but of each class the most typical images where the module asks for them: those with the
/// highest mean similarity, by the features of the modules below, to the others of their class. They are sought among
/// kTypicalPool images of each class, drawn as random ones would be.
Examples labelled_examples(const Preparation& preparation, const Segment& segment, const TensorMap& parameters,
                           const Poll& poll);

inline constexpr std::int64_t kTypicalPool = 100;

}  // namespace gramstack
