// A pipeline file, read, checked and made ready: every component it names exists as an object.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/backbone.h"
#include "api/dataset.h"
#include "api/device.h"
#include "api/kernel.h"
#include "api/loss.h"
#include "api/optimizer.h"
#include "pipeline/augmentation.h"
#include "pipeline/pair_file.h"
#include "pipeline/schedule.h"
#include "plugin/registry.h"
#include "store/module_file.h"

namespace gramstack {

struct LossTerm {
  std::string name;  ///< "alignment"
  std::shared_ptr<Loss> loss;
  double weight = 1;
};

/// The part of a backbone that a module is, by cut points.
struct SectionSpec {
  std::string of;         ///< the module that was cut, by whose name initial values are drawn; "": its own
  std::string after, to;  ///< "": the input; the end
};

/// One module of the stack. The last one is the output module: labels, no kernel. All others: a kernel, and pairs, or
/// labels through a head.
struct ModuleSpec {
  std::string name;
  std::shared_ptr<Backbone> backbone;
  SectionSpec section;             ///< the part of the backbone that it is
  std::shared_ptr<Kernel> kernel;  ///< null for the output module
  std::shared_ptr<Backbone> head;  ///< on a hidden module's features while it trains, not stored; null: none
  std::vector<LossTerm> losses;
  std::shared_ptr<Optimizer> optimizer;
  Schedule schedule;
  std::int64_t batch = 128;
  std::optional<std::int64_t> labels_per_class;  ///< train on so many labelled images of each class; none: all
  bool typical_labels = false;                   ///< the most typical images of each class instead of random ones
  bool spread_labels = false;                    ///< all images as well, with labels by their features
  bool augment = true;                           ///< use data.augment while this module trains
  std::optional<double> clip;                    ///< largest norm of a step's gradient; none: any
  std::optional<double> average;                 ///< decay of the average of its weights that is kept; none: the last
  std::string resolved;                          ///< its part of the file with every default, as YAML: for metadata
  /// Null: it is trained. Otherwise it has no optimizer, and no losses where their plugin is not found.
  std::shared_ptr<const StoredSource> stored;
};

/// What of its backbone a module emits.
Section section_of(const ModuleSpec& module, std::optional<std::int64_t> classes);

/// Whether a loss of the module is from labels. Then the head of a hidden module gives the scores for it, and pairwise
/// losses beside it are on the module's own output. Otherwise they are on the head's in its place.
bool learns_labels(const ModuleSpec& module);

struct DataSpec {
  std::shared_ptr<Dataset> dataset;
  std::int64_t validation = 0;  ///< held out of the training split, class-balanced but for pairs, never augmented
  Augmentation augment;
  std::vector<double> mean, deviation;    ///< per channel; empty: of the training images that are not held out
  std::shared_ptr<const PairFile> pairs;  ///< what hidden modules are trained on; null: pairs of labelled images
  std::string resolved;
};

struct Pipeline {
  std::filesystem::path file;
  std::string name;
  std::uint64_t seed = 0;
  std::shared_ptr<Device> device;
  DataSpec data;
  std::vector<ModuleSpec> stack;
  bool together = false;  ///< the hidden modules are trained at once, each by its own losses; else in turn
  Views views;            ///< of images that are evaluated
  std::string given;      ///< the file's text
  std::string resolved;   ///< the whole file with defaults, as YAML, each value with a comment on where it came from
};

/// Reads and checks a pipeline file. `overrides` are "path.to.key=value" of --set, with YAML values; modules are
/// addressed by name: "stack.features.batch=256"; of a module that is cut this sets a key of all parts that do not have
/// their own, and "stack.features-2.batch=256" that of one part. Throws Error(configuration) that lists every fault of
/// the file, each as file:line:column: error: ... with source line and caret; Error(data) when the data set cannot be
/// opened.
Pipeline load_pipeline(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                       const Registry& registry);

/// A key whose value is not one parameter but a mapping or a list with a table of its own.
struct CoreKey {
  std::string name, doc;
  /// What it holds: a kind of component ("kernel"), one of core_tables() ("module"), or all of those whose name starts
  /// with it and a slash ("schedule").
  std::string holds;
  bool list = false;  ///< a list of them; `loss` may be either
  bool required = false;
};

/// The parameter tables of the core's own mappings, for help and schema: "pipeline", "data", "module",
/// "schedule/cosine", "augment/crop", ... Those of "data" and "loss" stand beside the component's own.
struct CoreTable {
  std::string name, summary;
  std::span<const gramstack_param> params;
  std::vector<CoreKey> keys = {};
};
std::span<const CoreTable> core_tables();

}  // namespace gramstack
