// Running graphs without training: outputs of many examples, and losses and accuracies of blocks of them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "api/device.h"
#include "store/tensors.h"
#include "training/examples.h"

namespace gramstack {

/// Examples that one inference plan takes at a time, chosen so that `count` fill the batches well.
std::int64_t inference_batch(std::int64_t count);

/// A plan whose output "output" is wanted for many examples.
class Inference {
 public:
  /// `graph`: of batches of `batch`.
  Inference(Device& device, Graph graph, std::int64_t batch);
  void write(const TensorMap& parameters);
  std::int64_t width() const { return width_; }  ///< numbers an example
  Plan& plan() { return *plan_; }
  /// One row of width() numbers for each of `positions`. The last batch is filled up with its last example.
  std::vector<float> run(Feed& feed, std::span<const std::int64_t> positions, const Poll& poll);
  /// The mean row over the views of each image. REQUIRES: a feed of images.
  std::vector<float> run(Feed& feed, const Views& views, std::span<const std::int64_t> positions, const Poll& poll);

 private:
  Graph graph_;
  std::int64_t batch_, width_;
  std::unique_ptr<Plan> plan_;
  std::vector<float> rows_;
};

/// One row of `width` numbers for each example.
struct FeatureTable {
  std::vector<float> rows;
  std::int64_t width = 0;
};

/// "output" of the graphs that `graph` makes of batches of images, for all examples: the mean over the views of each.
FeatureTable outputs_of(const Network& network, const std::function<Graph(std::int64_t batch)>& graph,
                        const TensorMap& parameters, const Examples& examples, const Poll& poll,
                        const Views& views = {});

/// The views of an image over which the cached inputs of a module are averaged: the pipeline's for an output module
/// that reads vectors. Of maps, which are mirrored as images are, there is no mean.
Views input_views(const Network& network, std::size_t module);

/// The input values of module `module` for each example, from its image: outputs_of() the input graph, or what the
/// network's feature store has of it, the same bits.
FeatureTable inputs_of(const Network& network, std::size_t module, const TensorMap& parameters,
                       const Examples& examples, const Poll& poll, const Views& views = {});

/// The feed for evaluation of a segment: cached inputs when they fit into memory, else images.
Feed evaluation_feed(const Network& network, const Segment& segment, Examples examples, const TensorMap& parameters,
                     const Poll& poll);

struct Measure {
  double loss = 0;  ///< mean over the blocks
  std::int64_t correct = 0, count = 0;
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(count); }
};

/// Examples whose loss is measured together: pairwise losses depend on how many they are.
inline constexpr std::int64_t kBlockSize = 1000;

/// Blocks of about so many: with nearly the same share of every class, or without a look at classes where the module
/// learns from known pairs.
std::vector<Indices> evaluation_blocks(const Network& network, std::size_t module, const Examples& examples);

/// Measures a module's output on blocks of examples.
class BlockEvaluator {
 public:
  /// `module`: at or above feed's module. `blocks`: positions within the feed's examples. Where the module learns from
  /// known pairs, these become the feed's truth.
  BlockEvaluator(const Network& network, const GraphPart& part, Feed& feed, std::vector<Indices> blocks);
  Measure measure(const TensorMap& parameters, const Poll& poll);

 private:
  struct Objective {
    Graph graph;
    std::unique_ptr<Plan> plan;
  };
  std::vector<float> outputs(const Indices& block, const Poll& poll);
  double loss_of(const std::vector<float>& outputs, const Indices& block, const TensorMap& parameters);
  std::int64_t correct_of(const std::vector<float>& outputs, const Indices& block) const;
  Objective& objective(std::int64_t batch);

  const Network& network_;
  std::size_t module_;
  Feed& feed_;
  std::vector<Indices> blocks_;
  Inference inference_;
  std::map<std::int64_t, Objective> objectives_;  ///< by batch
};

/// The class with the highest score; of equal ones the first.
std::int64_t best_class(std::span<const float> scores);

}  // namespace gramstack
