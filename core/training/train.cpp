#include "training/train.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "training/begin.h"
#include "training/finish.h"
#include "training/parameters.h"
#include "training/segment_training.h"

namespace gramstack {
namespace {

/// Weights are kept four times at most (current, best, slots of two numbers), and once as module files.
void check_disk(const Preparation& prepared, const std::filesystem::path& folder) {
  std::size_t bytes = 0;
  const Segment all{0, prepared.network.size() - 1};
  const Graph graph = inference_graph(prepared.network, {Source::images, all.first, all.last}, 1);
  for (const Parameter& parameter : graph.parameters()) bytes += 5 * graph.type(parameter.value).bytes();
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  if (!error && space.available < bytes)
    throw Error(ExitCode::resource, fmt::format("run folder {}: its disk has {} bytes left, the run needs up to {}",
                                                folder.string(), space.available, bytes));
}

Preparation prepare_run(const Pipeline& pipeline, const RunOptions& options, bool end_to_end) {
  Preparation prepared = prepare(pipeline, end_to_end, options.feature_memory);
  if (options.reuse) prepared.network.feature_store = options.store;
  return prepared;
}

RunIdentity identity_of(const Pipeline& pipeline, const RunOptions& options, bool end_to_end) {
  return {end_to_end, pipeline.seed, fingerprint(pipeline.data), pipeline.device->describe(), options.feature_memory};
}

void load_finished(RunContext& run) {
  for (std::size_t m = 0; m < run.state.finished.size(); ++m) {
    const std::filesystem::path file = run.state.finished[m].file;
    add_module(run.network, m, read_module_file(file).tensors, "module file " + file.string(), run.parameters);
  }
}

/// The plans and cached features of training are gone before those of evaluation come.
Trained train_steps(RunContext& run, const Segment& segment) {
  SegmentTraining training(run, segment);
  training.train();
  return {training.kept(), training.examples(), training.memory()};
}

void train_segment(RunContext& run, const Segment& segment, const RunIdentity& identity) {
  freeze(run, segment, train_steps(run, segment));
  keep_in_store(run, segment, identity);
  run.next_segment();
}

RunReport go_on(const Preparation& prepared, const RunOptions& options, RunFolder& folder, const RunIdentity& identity,
                std::optional<TrainingState> state) {
  const bool begins = !state;
  RunContext run(prepared, options, folder, identity.data, std::move(state).value_or(TrainingState{}));
  if (begins) {
    take_from_store(run, identity);
    run.save();  // From here on the run does not ask what the store holds: resumed, it goes the same way.
  }
  load_finished(run);
  while (run.state.segment < prepared.segments.size())
    train_segment(run, prepared.segments[run.state.segment], identity);
  const RunReport report = conclude(run, identity.end_to_end);
  note_accuracy(run, report);
  return report;
}

}  // namespace

void check(const Pipeline& pipeline, bool end_to_end) { prepare(pipeline, end_to_end, RunOptions().feature_memory); }

RunReport run(const Pipeline& pipeline, const RunOptions& options) {
  const Preparation prepared = prepare_run(pipeline, options, options.end_to_end);
  RunFolder folder = RunFolder::create(options.folder);
  check_disk(prepared, options.folder);
  const RunIdentity identity = identity_of(pipeline, options, options.end_to_end);
  copy_given(pipeline, folder);
  folder.describe(pipeline, identity);
  return go_on(prepared, options, folder, identity, std::nullopt);
}

RunReport resume(const Pipeline& pipeline, const RunOptions& options) {
  RunFolder folder = RunFolder::open(options.folder);
  if (const std::optional<RunReport> report = folder.report()) return *report;
  const bool end_to_end = folder.end_to_end().value_or(options.end_to_end);
  const RunIdentity identity = identity_of(pipeline, options, end_to_end);
  folder.check_same(pipeline, identity);
  const Preparation prepared = prepare_run(pipeline, options, end_to_end);
  copy_given(pipeline, folder);
  folder.describe(pipeline, identity);
  return go_on(prepared, options, folder, identity, folder.checkpoint());
}

std::vector<PlannedModule> plan(const Pipeline& pipeline, const RunOptions& options) {
  const Preparation prepared = prepare(pipeline, options.end_to_end, options.feature_memory);
  return plan_modules(prepared, options, identity_of(pipeline, options, options.end_to_end));
}

Graph step_graph(const Pipeline& pipeline, const std::string& module, bool end_to_end) {
  const Preparation prepared = prepare(pipeline, end_to_end, RunOptions().feature_memory);
  return segment_graph(prepared, segment_with(prepared, module));
}

}  // namespace gramstack
