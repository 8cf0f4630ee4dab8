// labels: accuracy by the number of labels that the output module is given.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include <csignal>

#include "command_line.h"
#include "config/quote.h"
#include "label_results.h"
#include "recorded.h"
#include "signals.h"
#include "table.h"
#include "training.h"
#include "training/label_study.h"
#include "training/run_folder.h"

namespace gramstack::tool {
namespace {

namespace fs = std::filesystem;
using PerClass = std::optional<std::int64_t>;

struct Options {
  std::string source, out;
  std::vector<std::string> per_class, set;
  std::int64_t seeds = 10, end_to_end = 0, epochs = 0;
};

const std::vector<PerClass> kUsual{1, 2, 5, 10, 100, std::nullopt};

PerClass count_of(const std::string& word) {
  if (word == "all") return std::nullopt;
  std::int64_t count = 0;
  const char* end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, count);
  if (error != std::errc() || rest != end || count < 1)
    throw UsageError(
        fmt::format("--per-class: {} is neither a number of labels from 1 nor 'all'\n"
                    "  see: gramstack labels --help",
                    quote(word)));
  return count;
}

bool fewer(PerClass a, PerClass b) { return a && (!b || *a < *b); }

/// Ascending, each once. Those given must be there; of the usual ones, those that are.
std::vector<PerClass> counts_of(const Options& options, std::int64_t most) {
  std::vector<PerClass> counts;
  for (const std::string& word : options.per_class) counts.push_back(count_of(word));
  for (const PerClass count : counts)
    if (count && *count > most)
      throw UsageError(
          fmt::format("--per-class: {} labels of each class are wanted, but one class has only {} "
                      "training images that are not held out",
                      *count, most));
  if (counts.empty()) {
    counts = kUsual;
    std::erase_if(counts, [most](PerClass count) { return count && *count > most; });
  }
  std::sort(counts.begin(), counts.end(), fewer);
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  return counts;
}

/// Where the results go, and the finished run that they are about.
struct Place {
  fs::path out, run;
  bool recorded = false;  ///< the run was given, not its pipeline
};

Place place_of(const Options& options) {
  const fs::path source = options.source;
  if (fs::is_directory(source)) return {options.out.empty() ? source / "labels" : fs::path(options.out), source, true};
  const fs::path out = options.out.empty() ? fs::path("labels") / source.stem() : fs::path(options.out);
  return {out, out / "run", false};
}

Pipeline pipeline_of(const Options& options, const Place& place, Context& context) {
  if (!place.recorded) return load_pipeline(options.source, options.set, context.registry());
  if (!options.set.empty())
    throw UsageError(fmt::format("--set changes a pipeline file, and {} is a run folder", options.source));
  if (recorded_end_to_end(options.source))
    throw UsageError(
        fmt::format("{} was trained end to end: labels wants modules that were trained in turn", options.source));
  return recorded_pipeline(options.source, context);
}

/// Trains the modules, or takes them from the store, if the folder has no finished run of this very pipeline.
void provide_run(const Place& place, const Pipeline& pipeline, Context& context) {
  if (place.recorded) return;
  note(context, "run folder: " + place.run.string());
  RunOptions options;
  options.folder = place.run;
  options.store = context.registry().paths().store;
  train_or_go_on(context, pipeline, options);
}

LabelSubject subject_of(const Pipeline& pipeline, const fs::path& run) {
  LabelSubject subject{
      pipeline.name, {}, pipeline.seed, static_cast<std::int64_t>(pipeline.data.dataset->classes().size())};
  for (const ModuleReport& module : read_report(run).modules) subject.modules.push_back(module.hash);
  return subject;
}

void throw_if_stopped(const fs::path& out) {
  const int signal = StopSignals::received()->load();
  if (signal == 0) return;
  const bool terminated = signal == SIGTERM;
  throw Error(terminated ? ExitCode::terminated : ExitCode::interrupted,
              fmt::format("{}; what is done is in {}\n  the same command goes on",
                          terminated ? "terminated" : "interrupted", out.string()));
}

class Study {
 public:
  Study(const Options& options, const Pipeline& pipeline, const Place& place, Context& context)
      : options_(options),
        context_(context),
        epochs_(options.epochs > 0 ? options.epochs : pipeline.stack.front().schedule.epochs),
        results_(place.out, subject_of(pipeline, place.run), epochs_),
        study_(pipeline, place.run, RunOptions().feature_memory, context.registry().paths().store,
               [out = place.out] { throw_if_stopped(out); }) {}

  const LabelResults& run(const std::vector<PerClass>& counts) {
    try {
      for (const PerClass count : counts) add_all(false, count, options_.seeds);
      for (const PerClass count : counts) add_all(true, count, options_.end_to_end);
    } catch (...) {
      results_.write();
      throw;
    }
    results_.write();
    return results_;
  }

 private:
  void add_all(bool end_to_end, PerClass count, std::int64_t draws) {
    for (std::int64_t draw = 0; draw < draws; ++draw)
      if (!results_.has(end_to_end, count, draw)) add(end_to_end, {count, draw});
    for (const LabelSummary& summary : results_.summaries())
      if (summary.end_to_end == end_to_end && summary.per_class == count)
        note(context_, fmt::format("{}, {} labels, {} draws: {}", end_to_end ? "end to end" : "output module",
                                   summary.labels, summary.draws, percent(summary.mean, summary.deviation)));
  }

  void add(bool end_to_end, const LabelDraw& draw) {
    const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    LabelResult result{end_to_end, draw.per_class, draw.number, study_.labels(draw), end_to_end ? epochs_ : 0};
    result.accuracy = end_to_end ? study_.end_to_end(draw, epochs_) : study_.output_module(draw);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    results_.add(result);
    results_.write_json();
  }

  const Options& options_;
  Context& context_;
  std::int64_t epochs_;
  LabelResults results_;
  LabelStudy study_;
};

int act(const Options& options, Context& context) {
  const Place place = place_of(options);
  const Pipeline pipeline = pipeline_of(options, place, context);
  const std::vector<PerClass> counts = counts_of(options, most_labels_per_class(pipeline));
  if (options.end_to_end > 0) check(pipeline, true);
  make_folder(place.out);
  provide_run(place, pipeline, context);
  const StopSignals signals;
  Study study(options, pipeline, place, context);
  const LabelResults& results = study.run(counts);
  if (context.options.json)
    print_json(results.json());
  else
    print(results.table() + fmt::format("\nwritten: labels.json, labels.csv, labels.svg in {}\n", place.out.string()));
  return 0;
}

}  // namespace

void add_labels(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("labels", "Measure accuracy by the number of labels, over random draws of them.",
                                 [options](Context& context) { return act(*options, context); });
  const CLI::Range counts(std::int64_t{0}, std::int64_t{1} << 20), from_one(std::int64_t{1}, std::int64_t{1} << 20);
  verb.add_option("FILE", options->source, "pipeline file, or folder of a finished run")->required()->type_name("");
  verb.add_option("--per-class", options->per_class, "labels of each class (default: 1,2,5,10,100,all)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("N,...");
  verb.add_option("--seeds", options->seeds, "random draws of labels")
      ->capture_default_str()
      ->check(from_one)
      ->type_name("N");
  verb.add_option("--end-to-end", options->end_to_end, "draws on which the whole network is trained beside it")
      ->capture_default_str()
      ->check(counts)
      ->type_name("N");
  verb.add_option(
          "--baseline-epochs", options->epochs,
          "passes of that over its labels, of at least 1000 steps together (default: the first module's epochs)")
      ->check(from_one)
      ->type_name("N");
  verb.add_option("--out", options->out, "folder of the results (default: labels/NAME, or RUN/labels)")
      ->type_name("FOLDER");
  verb.add_option("--set", options->set, "override a value: stack.features.batch=256")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
