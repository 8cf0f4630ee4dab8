// What all graphs of a run share: the pipeline with what its data say, and the shapes between its modules.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "training/sampler.h"

namespace gramstack {

/// The modules of the stack that are trained in one step: one; all of them end to end, by the loss of the last; or
/// several together, each by its own. Those below are frozen.
struct Segment {
  std::size_t first = 0, last = 0;
  bool together = false;  ///< each by its own losses, which teach nothing to those below it
};

/// The modules that learn from one loss: each of a segment that is trained together, else all of it.
std::vector<Segment> by_loss(const Segment& segment);

/// Of one image, without the batch extent.
struct ModuleShapes {
  Shape input;   ///< what can be cached for the module: see Network::features_cached
  Shape output;  ///< pre-activation or scores
};

struct Network {
  const Pipeline* pipeline = nullptr;
  ImageFormat format;
  std::vector<std::string> classes;
  std::vector<double> mean, deviation;  ///< of the images, per channel
  std::size_t feature_memory = 0;       ///< bytes that a cached table of module inputs may take
  std::filesystem::path feature_store;  ///< the module store that has such tables of all runs; empty: none
  std::vector<ModuleShapes> shapes;
  /// Whether a module's cached input is the kernel features of the module below. If those have parameters (centres),
  /// which belong to the module, its input is cached before them: as pre-activations.
  std::vector<bool> features_cached;

  const ModuleSpec& module(std::size_t i) const { return pipeline->stack[i]; }
  std::size_t size() const { return pipeline->stack.size(); }
  bool is_output(std::size_t i) const { return !module(i).kernel; }
  /// The module that a parameter belongs to, by its name.
  std::size_t module_of(const std::string& parameter) const;
  /// The name by which a parameter's initial values are drawn: those of a cut module are those of the whole, but for
  /// its head's.
  std::string initial_name(const std::string& parameter) const;
  std::string prefix(std::size_t i) const { return module(i).name + "/"; }  ///< of its parameters' names
  LabelView labels(Split split) const;
  /// The pairs that a module learns from; null: from class labels, or pairs by them.
  const PairFile* pairs(std::size_t module) const;
  /// Whether a parameter is one of the modules of a segment.
  bool belongs(const std::string& parameter, const Segment& segment) const;
  bool augmented(const Segment& segment) const;  ///< whether its training images are moved at random
};

/// What of the training split is held out. Where there are pairs, no class label has a say in it.
Partition partition_of(const Pipeline& pipeline);

struct Moments {
  std::vector<double> mean, deviation;  ///< per channel, of pixel values in [0, 1]
};

/// The pipeline's own, or those of the training images given.
Moments image_moments(const Pipeline& pipeline, const Indices& training);

/// Finds the shapes. Throws Error(configuration) where modules do not fit together.
Network make_network(const Pipeline& pipeline, const Moments& moments, std::size_t feature_memory);

std::size_t given_modules(const Pipeline& pipeline);  ///< the lowest ones, which are not trained

/// The segments of a run in the order they are trained.
std::vector<Segment> segments_of(const Pipeline& pipeline, bool end_to_end);

/// "module 'features'", "the network (end to end)" or "the hidden modules (together)".
std::string name_of(const Network& network, const Segment& segment);

/// "features", "end-to-end" or "together", for metrics.
std::string short_name(const Network& network, const Segment& segment);

}  // namespace gramstack
