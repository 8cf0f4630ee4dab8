// How many labels the output module needs: it is trained on random draws of labels, over the frozen features of one
// run; beside it the whole network, trained end to end on the same labels and no others.
#pragma once

#include <optional>

#include "training/frozen_stack.h"
#include "training/inference.h"

namespace gramstack {

/// Labelled training images chosen at random. Draw 0 is the pipeline's own for its `labels: per_class`.
struct LabelDraw {
  std::optional<std::int64_t> per_class;  ///< none: all
  std::int64_t number = 0;
};

/// What a draw decides: labels, initial weights and the order of batches.
std::uint64_t draw_seed(std::uint64_t seed, std::int64_t number);

/// Labels a class that can be drawn at the most: training images, not held out, of the smallest class.
std::int64_t most_labels_per_class(const Pipeline& pipeline);

/// `schedule` drawn out or pressed together to so many epochs.
Schedule with_epochs(const Schedule& schedule, std::int64_t epochs);

/// Neither way reads a held-out label: the weights of the last step are measured, on the test split.
class LabelStudy {
 public:
  /// An end-to-end training has at least so many steps: few labels come again and again.
  static constexpr std::int64_t kLeastSteps = 1000;

  /// Loads a finished run and computes the output module's inputs of all training and test images, once. `pipeline`,
  /// the run's, outlives it. `feature_memory`: bytes for a table of these; a larger one is computed for every draw.
  /// `store`: the module store that has such tables, or is given them; empty: none.
  /// `poll` is called between steps; it may throw.
  LabelStudy(const Pipeline& pipeline, const std::filesystem::path& run_folder, std::size_t feature_memory,
             const std::filesystem::path& store, Poll poll);
  LabelStudy(const LabelStudy&) = delete;
  LabelStudy& operator=(const LabelStudy&) = delete;

  std::int64_t labels(const LabelDraw& draw) const;  ///< how many
  /// Test accuracy of the output module, trained by its own recipe without augmentation, for as many steps as on all
  /// labels. Where the module spreads labels, so are the drawn ones.
  double output_module(const LabelDraw& draw);
  /// Test accuracy of the network with the recipe of `run --end-to-end` for `epochs` passes over the drawn labels.
  double end_to_end(const LabelDraw& draw, std::int64_t epochs);

 private:
  Indices images(const LabelDraw& draw) const;
  Examples examples(Indices images) const;
  Feed feed(const LabelDraw& draw) const;
  Feed spread_feed(const Examples& labelled) const;
  FeatureTable rows(const Indices& chosen) const;
  void cache_rows();
  Segment output_segment() const { return {stack_.network.size() - 1, stack_.network.size() - 1}; }

  const Pipeline& pipeline_;
  FrozenStack stack_;
  Indices training_;  ///< images of the training split that are not held out
  Poll poll_;
  FeatureTable inputs_;  ///< of the output module, of training_; empty: too large a table
  Feed test_inputs_, test_images_;
  std::unique_ptr<BlockEvaluator> output_evaluator_, network_evaluator_;
};

}  // namespace gramstack
