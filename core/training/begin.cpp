#include "training/begin.h"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <utility>

#include "store/sha256.h"
#include "training/reuse.h"

namespace gramstack {
namespace {

std::vector<std::string> hashes_of(const std::vector<ModuleReport>& reports) {
  std::vector<std::string> hashes;
  for (const ModuleReport& report : reports) hashes.push_back(report.hash);
  return hashes;
}

/// What is wrong with the store becomes a warning.
template <class Action>
void try_store(RunContext& run, const Action& action) {
  if (run.options.store.empty()) return;
  ModuleStore store(run.options.store);
  try {
    action(store);
  } catch (const Error& error) {
    if (error.code() != ExitCode::file && error.code() != ExitCode::resource) throw;
    run.warn(error.what());
  }
}

/// Copies a module file into the run folder, proving it by its hash.
void copy_module(const RunFolder& folder, const std::filesystem::path& from, const std::string& hash) {
  const std::vector<std::byte> bytes = read_file(from);
  if (sha256(bytes) != hash)
    throw Error(ExitCode::file, fmt::format("module file {}: it was changed while the run began", from.string()));
  write_atomically(module_path(folder.modules(), hash), bytes);
}

ModuleNote note_of(const RunContext& run) {
  ModuleNote note;
  note.stored = utc_now();
  note.source = fmt::format("run '{}' in {}", run.network.pipeline->name,
                            std::filesystem::absolute(run.folder.path()).lexically_normal().string());
  return note;
}

void take_over(RunContext& run, TrainedSegment segment) {
  for (const ModuleReport& report : segment.modules) copy_module(run.folder, report.file, report.hash);
  for (ModuleReport& report : segment.modules) {
    report.origin = Origin::reused;
    report.file = module_path(run.folder.modules(), report.hash);
    run.state.finished.push_back(std::move(report));
  }
  if (segment.validation_accuracy) run.state.validation_accuracy = segment.validation_accuracy;
  run.append_metrics(segment.metrics);
  ++run.state.segment;
}

/// Its values are those of other data, so they are left out.
ModuleReport report_of(const ModuleSpec& module, const RunFolder& folder) {
  ModuleReport report;
  report.name = module.name;
  report.hash = module.stored->hash;
  report.file = module_path(folder.modules(), report.hash);
  report.training_value = report.validation_value = std::numeric_limits<double>::quiet_NaN();
  report.value_name = "objective";
  report.epochs = module.stored->module.epochs;
  report.best_epoch = module.stored->module.best_epoch;
  report.origin = Origin::given;
  return report;
}

void take_given(RunContext& run) {
  const Pipeline& pipeline = *run.network.pipeline;
  for (std::size_t m = 0; m < given_modules(pipeline); ++m)
    run.state.finished.push_back(report_of(pipeline.stack[m], run.folder));
}

}  // namespace

void copy_given(const Pipeline& pipeline, const RunFolder& folder) {
  if (given_modules(pipeline) > 0) std::filesystem::create_directories(folder.modules());
  for (std::size_t m = 0; m < given_modules(pipeline); ++m)
    copy_module(folder, pipeline.stack[m].stored->file, pipeline.stack[m].stored->hash);
}

void take_from_store(RunContext& run, const RunIdentity& identity) {
  take_given(run);
  if (!run.options.reuse) return;
  try_store(run, [&](ModuleStore& store) {
    Reuse reuse = find_reusable(run.preparation, identity, store, hashes_of(run.state.finished));
    for (const std::string& warning : reuse.warnings) run.warn(warning);
    for (TrainedSegment& segment : reuse.segments) {
      for (const ModuleReport& report : segment.modules) store.touch(report.hash);
      take_over(run, std::move(segment));
    }
  });
  run.begin_segment();
}

std::vector<PlannedModule> plan_modules(const Preparation& preparation, const RunOptions& options,
                                        const RunIdentity& identity) {
  const Network& network = preparation.network;
  std::vector<PlannedModule> planned;
  std::vector<std::string> below;
  for (std::size_t m = 0; m < given_modules(*network.pipeline); ++m) {
    below.push_back(network.module(m).stored->hash);
    planned.push_back({network.module(m).name, Origin::given, below.back(), ""});
  }
  Reuse reuse;
  std::string reason;
  if (!options.store.empty() && options.reuse) {
    const ModuleStore store(options.store);
    reuse = find_reusable(preparation, identity, store, below);
    for (const TrainedSegment& segment : reuse.segments)
      for (const ModuleReport& report : segment.modules) {
        planned.push_back({report.name, Origin::reused, report.hash, ""});
        below.push_back(report.hash);
      }
    if (reuse.segments.size() < preparation.segments.size()) {
      const Segment& next = preparation.segments[reuse.segments.size()];
      reason = reuse.warnings.empty() ? missing_reason(store, recipe_text(preparation, next, identity, below),
                                                       network.module(next.first).name)
                                      : reuse.warnings.front();
    }
  }
  while (planned.size() < network.size()) {
    planned.push_back({network.module(planned.size()).name, Origin::trained, "", std::exchange(reason, "")});
  }
  return planned;
}

void keep_in_store(RunContext& run, const Segment& segment, const RunIdentity& identity) {
  try_store(run, [&](ModuleStore& store) {
    std::vector<ModuleReport> all = run.state.finished;
    const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(segment.first);
    TrainedSegment trained{{all.begin() + first, all.end()}, run.segment_metrics(), std::nullopt};
    if (run.network.is_output(segment.last)) trained.validation_accuracy = run.state.validation_accuracy;
    all.resize(segment.first);
    for (const ModuleReport& report : all)
      if (report.origin == Origin::given) store.put(report.file, note_of(run));
    const std::string recipe = recipe_text(run.preparation, segment, identity, hashes_of(all));
    ModuleNote note = note_of(run);
    note.end_to_end = identity.end_to_end;
    note.together = segment.together;
    store_segment(store, recipe, trained, note);
  });
}

void note_accuracy(RunContext& run, const RunReport& report) {
  try_store(run, [&](ModuleStore& store) {
    const std::string& output = report.modules.back().hash;
    if (!store.contains(output)) return;
    ModuleNote note = store.get(output).note;
    if (!std::isnan(report.test_accuracy)) note.test_accuracy = report.test_accuracy;
    if (!std::isnan(report.validation_accuracy)) note.validation_accuracy = report.validation_accuracy;
    store.set_note(output, note);
  });
}

}  // namespace gramstack
