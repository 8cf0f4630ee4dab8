#include "training/finish.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "training/inference.h"
#include "training/parameters.h"
#include "training/step_runner.h"

namespace gramstack {
namespace {

constexpr std::size_t kTrainingBlocks = 10;

Poll poll_of(RunContext& run) {
  return [&run] { run.stop_if_asked(); };
}

/// Whether a module's losses are on a head that was not trained: end to end heads are left out.
bool lacks_head(const Network& network, const Segment& segment, std::size_t module) {
  return network.module(module).head && segment.first != segment.last && !segment.together;
}

/// Measures module `module` of a segment on blocks of examples; none: there are no examples, or its losses lack a head.
std::optional<Measure> measure(RunContext& run, const Segment& segment, std::size_t module, const Examples& examples,
                               const std::vector<Indices>& blocks) {
  if (examples.size() == 0 || lacks_head(run.network, segment, module)) return std::nullopt;
  Feed feed = evaluation_feed(run.network, segment, examples, run.parameters, poll_of(run));
  BlockEvaluator evaluator(run.network, {feed.source(), segment.first, module}, feed, blocks);
  return evaluator.measure(run.parameters, poll_of(run));
}

std::optional<Measure> measure_all(RunContext& run, const Segment& segment, std::size_t module,
                                   const Examples& examples) {
  return measure(run, segment, module, examples, evaluation_blocks(run.network, module, examples));
}

/// At most ten blocks of the examples that a segment was trained on, not augmented.
std::optional<Measure> measure_training(RunContext& run, const Segment& segment, std::size_t module,
                                        const Examples& all) {
  std::vector<Indices> blocks = evaluation_blocks(run.network, module, all);
  blocks.resize(std::min(blocks.size(), kTrainingBlocks));
  Indices positions;
  for (Indices& block : blocks)
    for (std::int64_t& position : block) {
      positions.push_back(position);
      position = static_cast<std::int64_t>(positions.size()) - 1;
    }
  return measure(run, segment, module, all.part(positions), blocks);
}

/// A hidden module's objective, an output module's loss.
double value_of(const Network& network, std::size_t module, const std::optional<Measure>& measure) {
  if (!measure) return std::numeric_limits<double>::quiet_NaN();
  return network.is_output(module) ? measure->loss : -measure->loss;
}

std::string kernel_of(const std::string& resolved_module) {
  try {
    const YAML::Node module = YAML::Load(resolved_module);
    return module.IsMap() && module["kernel"] ? YAML::Dump(module["kernel"]) : "";
  } catch (const YAML::Exception&) {
    return "";
  }
}

/// A module's file without its values: weights, shapes, provenance.
ModuleFile module_file(const RunContext& run, std::size_t m, const std::vector<ModuleReport>& below) {
  const Network& network = run.network;
  const ModuleSpec& spec = network.module(m);
  ModuleFile file;
  file.module = spec.name;
  file.hidden = !network.is_output(m);
  file.pipeline = spec.resolved;
  file.kernel = file.hidden ? kernel_of(spec.resolved) : "";
  for (const ModuleReport& report : below) file.parents.push_back(report.hash);
  file.data = run.data_fingerprint;
  file.input = network.shapes[m].input;
  file.output = network.shapes[m].output;
  if (m == 0) {
    file.mean = network.mean;
    file.deviation = network.deviation;
  }
  const Graph graph = inference_graph(network, {Source::images, m, m}, 1);
  file.tensors = without_prefix(run.parameters, network.prefix(m), module_tensors(graph, network.prefix(m)));
  return file;
}

/// The report as far as it is the same for all modules of the segment.
ModuleReport training_report(const RunContext& run, const Segment& segment, const Trained& trained) {
  ModuleReport report;
  report.epochs = run.network.module(segment.first).schedule.epochs;
  report.best_epoch = run.state.best_value ? run.state.best_epoch : report.epochs;
  report.peak_memory = trained.peak_memory;
  return report;
}

ModuleReport freeze_module(RunContext& run, const Segment& segment, std::size_t m, const Trained& trained,
                           const std::vector<ModuleReport>& below) {
  const std::optional<Measure> validation = measure_all(run, segment, m, validation_examples(run.preparation));
  if (validation && run.network.is_output(m)) run.state.validation_accuracy = validation->accuracy();
  ModuleReport report = training_report(run, segment, trained);
  report.name = run.network.module(m).name;
  report.value_name = run.network.is_output(m) ? "loss" : "objective";
  report.training_value = value_of(run.network, m, measure_training(run, segment, m, trained.examples));
  report.validation_value = value_of(run.network, m, validation);
  report.seconds = run.segment_seconds();
  ModuleFile file = module_file(run, m, below);
  file.value_name = report.value_name;
  file.training_value = report.training_value;
  file.validation_value = report.validation_value;
  file.epochs = report.epochs;
  file.best_epoch = report.best_epoch;
  report.hash = write_module_file(run.folder.modules(), file);
  report.file = module_path(run.folder.modules(), report.hash);
  return report;
}

/// Trains a copy of the output module from its initial weights on one image of each class, all of them in every step,
/// for as many steps as it was trained itself.
TensorMap train_on_one_label(RunContext& run, const Segment& segment) {
  const Network& network = run.network;
  const Examples examples = random_examples(run.preparation, 1);
  StepRunner runner(network, segment, evaluation_feed(network, segment, examples, run.parameters, poll_of(run)),
                    static_cast<std::int64_t>(run.preparation.images.training.size()));
  return runner.train(values_below(network, segment.first, run.parameters), training_examples(run.preparation, segment),
                      poll_of(run));
}

bool wants_one_label(const RunContext& run, bool end_to_end) {
  const Network& network = run.network;
  if (end_to_end || network.module(network.size() - 1).labels_per_class) return false;
  return smallest_class(network.labels(Split::train), run.preparation.images.training) > 0;
}

void measure_test(RunContext& run, bool end_to_end, RunReport& report) {
  const Segment segment = run.preparation.segments.back();
  const Examples test = all_examples(run.network, Split::test);
  report.test_accuracy = std::numeric_limits<double>::quiet_NaN();
  if (test.size() == 0) return;
  Feed feed = evaluation_feed(run.network, segment, test, run.parameters, poll_of(run));
  BlockEvaluator evaluator(run.network, {feed.source(), segment.first, segment.last}, feed,
                           stratified_blocks(test.labels(), kBlockSize));
  report.test_accuracy = evaluator.measure(run.parameters, poll_of(run)).accuracy();
  if (!wants_one_label(run, end_to_end)) return;
  report.one_label_accuracy = evaluator.measure(train_on_one_label(run, segment), poll_of(run)).accuracy();
}

}  // namespace

void freeze(RunContext& run, const Segment& segment, const Trained& trained) {
  for (const auto& [name, tensor] : trained.kept) run.parameters.insert_or_assign(name, tensor);
  std::vector<ModuleReport> reports = run.state.finished;
  for (std::size_t m = segment.first; m <= segment.last; ++m)
    reports.push_back(freeze_module(run, segment, m, trained, reports));
  run.state.finished = std::move(reports);
}

RunReport conclude(RunContext& run, bool end_to_end) {
  RunReport report;
  report.folder = run.folder.path();
  report.modules = run.state.finished;
  report.validation_accuracy = run.state.validation_accuracy.value_or(std::numeric_limits<double>::quiet_NaN());
  measure_test(run, end_to_end, report);
  run.save();
  report.seconds = run.state.seconds;
  run.folder.write_report(report);
  return report;
}

}  // namespace gramstack
