// What hidden modules make of images: features for the modules above, Gram matrices, and what is asked of them.
#pragma once

#include <vector>

#include "training/examples.h"
#include "training/frozen_stack.h"

namespace gramstack {

/// One row an image.
struct Features {
  std::vector<float> values;  ///< row after row
  std::int64_t width = 0;     ///< numbers a row
  std::vector<std::int32_t> labels;
  std::int64_t rows() const { return static_cast<std::int64_t>(labels.size()); }
};

/// At most `per_class` of the given images of a split for each class, drawn at random, in the order of the classes.
Examples examples_per_class(const Network& network, Split split, const Indices& images, std::int64_t per_class,
                            std::uint64_t seed);

/// The kernel features of hidden module `module`, flattened, each row of unit length (or zero).
Features hidden_features(const FrozenStack& stack, std::size_t module, const Examples& examples, const Poll& poll = {});

/// k(u_i, u_j) of hidden module `module` for all pairs of examples, row after row: by its kernel, which need not have
/// finite features.
std::vector<float> hidden_gram(const FrozenStack& stack, std::size_t module, const Examples& examples,
                               const Poll& poll = {});

}  // namespace gramstack
