// Emits the parts that the graphs of a run are made of.
#pragma once

#include "api/builder.h"
#include "training/network.h"
#include "training/step.h"

namespace gramstack {

class Emitter {
 public:
  Emitter(const Network& network, Graph& graph, Mode mode) : network_(network), builder_(graph, mode) {}
  Builder& builder() { return builder_; }

  /// Normalised images, or the cached input of module `first`.
  Value source(Source source, std::size_t first, StepSize size);
  Value rows(std::string name, const Shape& row, std::int64_t batch);  ///< an f32 input [batch, row...]

  /// Kernel features of the module below `module`.
  Value features(std::size_t module, Value preactivation);
  Value backbone(std::size_t module, Value features);
  /// The module's output from the pre-activation of the module below (module 0: from images), or from its cached input.
  Value module(std::size_t module, Value input, bool cached);
  /// The weighted sum of the module's losses on its output for `batch` images, whose truth it reads.
  Value losses(std::size_t module, Value output, std::int64_t batch);
  /// Updates the weights of the segment's modules by the first one's optimizer, whose learning rate is the input
  /// `rate`.
  void descend(const Segment& segment, Value loss, const std::string& rate);

 private:
  /// What losses are on: scores those from labels, a pre-activation the pairwise ones.
  struct Predictions {
    Value scores, preactivation;
  };
  Value examples(Source source, std::size_t first, StepSize size);
  Predictions predictions(std::size_t module, Value output);
  Value head(std::size_t module, Value preactivation);
  LossInput loss_input(std::size_t module, Supervision supervision, const Predictions& on, std::int64_t batch);
  Value labels(std::int64_t batch);
  PairMasks known_pairs(std::int64_t batch);
  std::vector<Parameter> weights_of(const Segment& segment);
  std::vector<Update> updates_of(const Segment& segment);

  const Network& network_;
  Builder builder_;
  Value labels_, step_;  ///< once they are read; likewise below
  std::optional<PairMasks> known_pairs_;
};

}  // namespace gramstack
