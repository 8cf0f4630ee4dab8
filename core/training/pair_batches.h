// The batches of a module that is trained on pairs alone.
#pragma once

#include "pipeline/pair_labels.h"
#include "training/sampler.h"

namespace gramstack {

/// The images of which any pair is known.
Indices images_in_pairs(const PairLabels& pairs);

/// Batches of `size` different images, made of an image, one that is known to be of its class and one that is known not
/// to be, as far as there are such, and so on. Every image of a known pair leads in turn, in the order of the epoch.
/// REQUIRES: at least `size` images in pairs.
std::vector<Indices> pair_batches(const PairLabels& pairs, std::int64_t size, std::int64_t count, std::uint64_t seed,
                                  std::uint32_t epoch);

}  // namespace gramstack
