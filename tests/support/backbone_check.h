// Shapes, parameter counts and gradients of a backbone.
#pragma once

#include <optional>
#include <string>

#include "support/evaluate.h"
#include "support/make.h"

namespace gramstack::test {

struct BackboneSummary {
  Shape output;
  std::int64_t weights = 0;  ///< trained numbers
};

BackboneSummary summarize(const Backbone& backbone, const Shape& input,
                          std::optional<std::int64_t> classes = std::nullopt);

/// Names of its weights and states, in order, separated by spaces.
std::string parameter_names(const Backbone& backbone, const Shape& input,
                            std::optional<std::int64_t> classes = std::nullopt);

/// Parameters filled by their initializers (constants: moved a little), from a fixed stream.
Tensors initial_values(const Graph& graph, std::uint64_t seed);

/// In f64 on the reference device: the derivative of a weighted sum of the outputs along a random direction of every
/// parameter and of the input, against central differences. "": they agree.
std::string check_backbone_gradient(const Backbone& backbone, const Shape& input,
                                    std::optional<std::int64_t> classes = std::nullopt);

/// Whether a backbone cut at all its points, with ReLU between the sections, gives what it gives as a whole, from the
/// same parameters under the same names. "": it does.
std::string check_sections(const Backbone& backbone, const Shape& input,
                           std::optional<std::int64_t> classes = std::nullopt);

}  // namespace gramstack::test
