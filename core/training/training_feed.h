// What a segment is trained on, by the `labels` of its module.
#pragma once

#include "training/inference.h"
#include "training/prepare.h"

namespace gramstack {

/// The images whose labels a segment may read: all that are not held out, or some of each class, random or typical.
Examples labelled_examples(const Preparation& preparation, const Segment& segment, const TensorMap& parameters,
                           const Poll& poll);

/// The feed of its training steps: of the labelled images, or where the module spreads labels of all images that are
/// not held out, with spread_labels() by the features of the modules below.
Feed training_feed(const Preparation& preparation, const Segment& segment, const TensorMap& parameters,
                   const Poll& poll);

/// `all` with the labels of `labelled` spread by the inputs of the segment, which are computed; with augmentation or
/// too large a table it is a feed of images. REQUIRES: both ascending, `labelled` part of `all`.
Feed spread_feed(const Network& network, const Segment& segment, Examples all, const Examples& labelled,
                 const TensorMap& parameters, const Poll& poll);

/// The same examples with labels by `inputs`, a row of each.
Examples with_spread_labels(Examples all, const Examples& labelled, const FeatureTable& inputs, std::size_t classes);

}  // namespace gramstack
