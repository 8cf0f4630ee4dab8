// Filters that whiten the patches of the training images.
#pragma once

#include <vector>

#include "training/examples.h"

namespace gramstack {

/// Values of a parameter [k,c,size,size] as Initializer::whitening says, from patches of at most 2000 of the images.
/// Throws Error(configuration) naming `name` when the shape does not fit the images.
std::vector<float> whitening_filters(const Network& network, const Examples& training, const std::string& name,
                                     const Shape& shape, double epsilon);

}  // namespace gramstack
