// divide: one network cut into more and more modules, and trained end to end, side by side.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "command_line.h"
#include "config/quote.h"
#include "division_results.h"
#include "training.h"

namespace gramstack::tool {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string file, out, kernel;
  std::vector<std::int64_t> modules{1, 2, 4};
  std::vector<std::string> set;
  std::int64_t seeds = 1;
  bool together = false;
};

/// A run to make.
struct Task {
  Division division;
  std::uint64_t seed = 0;
  Pipeline pipeline;

  std::string title() const {
    const std::string of = division.way == Way::end_to_end
                               ? std::string()
                               : fmt::format("{} module{} ", division.modules, division.modules == 1 ? "" : "s");
    return fmt::format("{}{}, seed {}", of, name_of(division.way), seed);
  }
  fs::path folder(const fs::path& out) const {
    std::string name = title();
    name.erase(std::remove(name.begin(), name.end(), ','), name.end());
    std::replace(name.begin(), name.end(), ' ', '-');
    return out / "runs" / name;
  }
};

/// The only hidden module of the file's network.
const ModuleSpec& whole(const Pipeline& pipeline, const Options& options) {
  const std::size_t hidden = pipeline.stack.size() - 1;
  if (hidden == 1) return pipeline.stack.front();
  throw UsageError(
      fmt::format("divide cuts the one hidden module of a network, and {} has {}: leave out its `cut`, or name another "
                  "file",
                  options.file, hidden));
}

/// The value of `cut` that leaves parts of about as many of the backbone's pieces.
std::string cut_of(const ModuleSpec& module, std::int64_t modules, const std::string& kernel) {
  const std::vector<std::string> ends = module.backbone->cuts();  // of the pieces
  const std::int64_t pieces = static_cast<std::int64_t>(ends.size());
  if (modules > std::max<std::int64_t>(pieces, 1))
    throw UsageError(fmt::format("--modules: {} are wanted, but the backbone of module {} has {}", modules,
                                 quote(module.name),
                                 pieces > 0 ? "these ends of parts only: " + join(ends) : "no points to be cut at"));
  std::vector<std::string> points;
  for (std::int64_t i = 1; i < modules; ++i) {
    const std::string& at = ends[static_cast<std::size_t>((2 * i * pieces + modules) / (2 * modules) - 1)];
    points.push_back(kernel.empty() ? at : fmt::format("{{at: {}, kernel: {{type: {}}}}}", at, kernel));
  }
  return "[" + join(points) + "]";
}

/// The file's pipeline with `module` in parts. What is wrong with it may be the kernel between them.
Pipeline load_parts(const ModuleSpec& module, const Division& division, std::vector<std::string> set,
                    const Options& options, Context& context) {
  const std::string cut = fmt::format("stack.{}.cut={}", module.name, cut_of(module, division.modules, options.kernel));
  set.push_back(cut);
  set.push_back(division.way == Way::together ? "schedule=together" : "schedule=in-turn");
  try {
    return load_pipeline(options.file, set, context.registry());
  } catch (const Error& error) {
    if (error.code() != ExitCode::configuration || !options.kernel.empty()) throw;
    throw Error(error.code(), fmt::format("{}\n  with {}\n  --kernel gives all parts but the last another kernel",
                                          error.what(), cut));
  }
}

Task task_of(const ModuleSpec& module, const Division& division, std::uint64_t seed, const Options& options,
             Context& context) {
  std::vector<std::string> set = options.set;
  set.push_back(fmt::format("seed={}", seed));
  Task task{division, seed,
            division.modules > 1 ? load_parts(module, division, set, options, context)
                                 : load_pipeline(options.file, set, context.registry())};
  check(task.pipeline, division.way == Way::end_to_end);
  return task;
}

std::vector<Division> divisions_of(const Options& options) {
  std::vector<Division> divisions{{Way::end_to_end, 0}};
  for (const Way way : {Way::in_turn, Way::together})
    for (const std::int64_t modules : options.modules)
      if (way == Way::in_turn || (options.together && modules > 1)) divisions.push_back({way, modules});
  std::sort(divisions.begin(), divisions.end());
  divisions.erase(std::unique(divisions.begin(), divisions.end()), divisions.end());
  return divisions;
}

/// All that is to be trained, checked before the first of it is.
std::vector<Task> tasks_of(const Options& options, Context& context) {
  const Pipeline file = load_pipeline(options.file, options.set, context.registry());
  const ModuleSpec& module = whole(file, options);
  std::vector<Task> tasks;
  for (const Division& division : divisions_of(options))
    for (std::int64_t i = 0; i < options.seeds; ++i)
      tasks.push_back(task_of(module, division, file.seed + static_cast<std::uint64_t>(i), options, context));
  return tasks;
}

DivisionResult result_of(const Task& task, const RunReport& report) {
  DivisionResult result{task.division, task.seed, report.test_accuracy, report.one_label_accuracy, report.seconds};
  for (const ModuleReport& module : report.modules) result.memory = std::max(result.memory, module.peak_memory);
  return result;
}

int act(const Options& options, Context& context) {
  const std::vector<Task> tasks = tasks_of(options, context);
  const fs::path out = options.out.empty() ? fs::path("divide") / fs::path(options.file).stem() : fs::path(options.out);
  make_folder(out / "runs");
  DivisionResults results(tasks.front().pipeline.name);
  for (const Task& task : tasks) {
    note(context, task.title() + ":");
    RunOptions run_options;  // without the store: what is reused takes no time
    run_options.folder = task.folder(out);
    run_options.end_to_end = task.division.way == Way::end_to_end;
    results.add(result_of(task, train_or_go_on(context, task.pipeline, run_options)));
    results.write(out);
  }
  if (context.options.json)
    print_json(results.json());
  else
    print(results.table() +
          fmt::format("\nwritten: divide.json, divide.csv, accuracy.svg, memory.svg in {}\n", out.string()));
  return 0;
}

}  // namespace

void add_divide(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("divide", "Train a network cut into more and more modules, and end to end.",
                                 [options](Context& context) { return act(*options, context); });
  const CLI::Range from_one(std::int64_t{1}, std::int64_t{1} << 20);
  verb.add_option("FILE", options->file, "pipeline file with one hidden module")->required()->type_name("");
  verb.add_option("--modules", options->modules, "hidden modules to cut that one into, with commas between")
      ->capture_default_str()
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(from_one)
      ->type_name("N,...");
  verb.add_option("--kernel", options->kernel,
                  "kernel of all parts but the last, where the module's own leaves no maps for the next part: relu")
      ->type_name("NAME");
  verb.add_flag("--together", options->together, "train them all at once, too, each by its own loss");
  verb.add_option("--seeds", options->seeds, "runs of each, from the file's seed on")
      ->capture_default_str()
      ->check(from_one)
      ->type_name("N");
  verb.add_option("--out", options->out,
                  "folder for runs, pictures and numbers (default: divide/NAME); what is finished there is kept")
      ->type_name("FOLDER");
  verb.add_option("--set", options->set, "override a value: stack.features.epochs=5")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
