// By what a table of features is known: all that its bits depend on.
#pragma once

#include <string>

#include "store/tensors.h"
#include "training/examples.h"

namespace gramstack {

/// A SHA-256 of the graph with all its numbers, the values of its parameters, the pixels of the examples, the views,
/// the device, and the libraries that do the work.
std::string feature_key(const Network& network, const Graph& graph, const TensorMap& parameters,
                        const Examples& examples, const Views& views);

}  // namespace gramstack
