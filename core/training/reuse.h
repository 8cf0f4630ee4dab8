// Taking from a module store what a run would train to the same bits, and giving it what a run has trained.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/module_store.h"
#include "training/prepare.h"
#include "training/run_folder.h"

namespace gramstack {

/// All that determines the bits of a segment's modules, as text: the segment's part of the pipeline, device, seed,
/// data, the modules below, and the libraries that do the work. REQUIRES: the hashes of all modules below the segment.
std::string recipe_text(const Preparation& preparation, const Segment& segment, const RunIdentity& identity,
                        const std::vector<std::string>& below);

/// What a store knows of a segment that was trained by some recipe.
struct TrainedSegment {
  std::vector<ModuleReport> modules;  ///< their files are those of the store
  std::string metrics;                ///< the lines of metrics.jsonl
  std::optional<double> validation_accuracy;
};

/// How a run will come to each of its modules.
struct Reuse {
  std::vector<TrainedSegment> segments;  ///< of the run, the first ones
  std::vector<std::string> warnings;     ///< of stored modules that are damaged
};

/// The leading segments that `store` holds, trained by the same recipes. `below`: the modules below the first segment.
Reuse find_reusable(const Preparation& preparation, const RunIdentity& identity, const ModuleStore& store,
                    std::vector<std::string> below);

/// Why the store holds no such segment: its nearest recipe for modules of the same names, and where that differs.
std::string missing_reason(const ModuleStore& store, const std::string& recipe, const std::string& module);

/// Puts the modules of a segment that was just trained by `recipe` into the store.
void store_segment(ModuleStore& store, const std::string& recipe, const TrainedSegment& segment,
                   const ModuleNote& note);

}  // namespace gramstack
