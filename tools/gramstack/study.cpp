// The study of transferability: a network for every pair of some classes, each ranked for every pair.
#include <fmt/core.h>

#include <cmath>
#include <filesystem>

#include "chart/dendrogram.h"
#include "chart/heat_map.h"
#include "command_line.h"
#include "components.h"
#include "statistics/rank_correlation.h"
#include "store/files.h"
#include "table.h"
#include "training.h"
#include "training/run_folder.h"
#include "transfer_task.h"

namespace gramstack::tool {
namespace {

namespace fs = std::filesystem;
using Matrix = std::vector<std::vector<double>>;  // [module][task]

struct Options {
  std::string file, out, losses = kRankingLosses;
  std::vector<std::string> classes, set;
  std::int64_t images = 10000;
};

struct PairTask {
  std::string name;  ///< "cat-dog"
  Pipeline pipeline;
  fs::path run;
};

struct Study {
  std::vector<std::string> names;                      ///< of the tasks and of the modules trained on them
  std::vector<std::string> estimators;                 ///< the objective first
  std::vector<Matrix> estimates;                       ///< by estimator
  Matrix accuracy;                                     ///< of an output module trained on the task
  std::vector<std::vector<double>> kendall, weighted;  ///< [estimator][task], with the accuracy
};

std::vector<PairTask> tasks_of(const Options& options, Context& context) {
  std::vector<PairTask> tasks;
  for (std::size_t a = 0; a < options.classes.size(); ++a)
    for (std::size_t b = a + 1; b < options.classes.size(); ++b) {
      std::vector<std::string> set = options.set;
      set.push_back(fmt::format("data.classes=[{}, {}]", options.classes[a], options.classes[b]));
      const std::string name = options.classes[a] + "-" + options.classes[b];
      tasks.push_back(
          {name, load_pipeline(options.file, set, context.registry()), fs::path(options.out) / "runs" / name});
    }
  return tasks;
}

/// One column of every matrix: all modules for one task.
void measure(const PairTask& target, std::size_t column, const std::vector<PairTask>& tasks, const Options& options,
             Context& context, Study& study) {
  const TransferTask transfer(target.pipeline, named_losses("--loss", options.losses, context.registry()),
                              options.images, context.registry());
  for (std::size_t row = 0; row < tasks.size(); ++row) {
    const std::unique_ptr<StoredStack> module = transfer.open(find_module(tasks[row].run.string(), context));
    const std::vector<analysis::Estimate> estimates = transfer.estimate(*module);
    if (study.estimators.empty())
      for (const analysis::Estimate& estimate : estimates) {
        study.estimators.push_back(estimate.name);
        study.estimates.emplace_back(tasks.size(), std::vector<double>(tasks.size()));
      }
    for (std::size_t e = 0; e < estimates.size(); ++e) study.estimates[e][row][column] = estimates[e].value;
    study.accuracy[row][column] = transfer.train_output(*module);
  }
  note(context, fmt::format("{}: {} modules ranked and validated", target.name, tasks.size()));
}

std::vector<double> column_of(const Matrix& matrix, std::size_t column) {
  std::vector<double> values;
  for (const std::vector<double>& row : matrix) values.push_back(row[column]);
  return values;
}

void compare(Study& study) {
  for (const Matrix& estimates : study.estimates) {
    study.kendall.emplace_back();
    study.weighted.emplace_back();
    for (std::size_t task = 0; task < study.names.size(); ++task) {
      const std::vector<double> values = column_of(estimates, task), truth = column_of(study.accuracy, task);
      study.kendall.back().push_back(analysis::kendall_tau(values, truth));
      study.weighted.back().push_back(analysis::weighted_tau(values, truth));
    }
  }
}

/// Of the values that are numbers.
double mean(const std::vector<double>& values) {
  double sum = 0;
  int count = 0;
  for (const double value : values)
    if (!std::isnan(value)) {
      sum += value;
      ++count;
    }
  return sum / count;
}

/// Tasks are near when modules of one have high objectives on the other: the mean of both ways, below the mean of the
/// two modules on their own tasks.
Matrix distances(const Matrix& objective) {
  Matrix result(objective.size(), std::vector<double>(objective.size(), 0));
  for (std::size_t a = 0; a < objective.size(); ++a)
    for (std::size_t b = 0; b < objective.size(); ++b)
      if (a != b)
        result[a][b] = std::max(0.0, (objective[a][a] + objective[b][b] - objective[a][b] - objective[b][a]) / 2);
  return result;
}

Matrix reordered(const Matrix& matrix, const std::vector<std::size_t>& order) {
  Matrix result;
  for (const std::size_t row : order) {
    result.emplace_back();
    for (const std::size_t column : order) result.back().push_back(matrix[row][column]);
  }
  return result;
}

std::string heat_map(const Study& study, const Matrix& values, const std::vector<std::size_t>& order,
                     const std::string& title) {
  analysis::HeatMap map;
  map.title = title;
  map.description = "One row for every frozen module, one column for every task.";
  map.row_label = "module trained on";
  map.column_label = "task";
  for (const std::size_t i : order) map.rows.push_back(study.names[i]);
  map.columns = map.rows;
  map.values = reordered(values, order);
  return draw(map).document();
}

void write_pictures(const Study& study, const fs::path& folder) {
  const Matrix apart = distances(study.estimates.front());
  const std::vector<analysis::Merge> merges = analysis::average_linkage(apart);
  const std::vector<std::size_t> order = analysis::leaf_order(merges);
  const std::string objective = study.estimators.front();
  write_atomically(folder / "objective.svg",
                   heat_map(study, study.estimates.front(), order, "Objective (" + objective + "), nothing trained"));
  write_atomically(folder / "accuracy.svg",
                   heat_map(study, study.accuracy, order, "Test accuracy of an output module trained on the task"));
  write_atomically(folder / "tasks.svg", draw(analysis::Dendrogram{"Tasks by how well their modules transfer",
                                                                   "Average linkage of the tasks.",
                                                                   "objective lost between tasks", study.names, merges})
                                             .document());
}

nlohmann::json to_json(const Study& study) {
  nlohmann::json estimators = nlohmann::json::array();
  for (std::size_t e = 0; e < study.estimators.size(); ++e)
    estimators.push_back({{"name", study.estimators[e]},
                          {"values", study.estimates[e]},
                          {"kendall_tau", study.kendall[e]},
                          {"weighted_tau", study.weighted[e]},
                          {"mean_kendall_tau", mean(study.kendall[e])},
                          {"mean_weighted_tau", mean(study.weighted[e])}});
  return {{"tasks", study.names}, {"accuracy", study.accuracy}, {"estimators", estimators}};
}

std::string to_text(const Study& study, const fs::path& folder) {
  std::vector<std::vector<std::string>> rows = {{"mean over tasks", "Kendall's tau", "weighted tau"}};
  for (std::size_t e = 0; e < study.estimators.size(); ++e)
    rows.push_back({study.estimators[e], number(mean(study.kendall[e])), number(mean(study.weighted[e]))});
  return fmt::format(
      "{} modules for {} tasks: agreement of estimators with accuracy\n\n{}\nwritten to {}: study.json, "
      "objective.svg, accuracy.svg, tasks.svg\n",
      study.names.size(), study.names.size(), table(rows, {1, 2}), folder.string());
}

int act(const Options& options, Context& context) {
  if (options.classes.size() < 3)
    throw UsageError(fmt::format("--classes names {}; at least 3 make several pairs", options.classes.size()));
  const std::vector<PairTask> tasks = tasks_of(options, context);
  make_folder(fs::path(options.out) / "runs");
  Study study;
  for (const PairTask& task : tasks) {
    note(context, task.name + ":");
    RunOptions run_options;
    run_options.folder = task.run;
    train_or_go_on(context, task.pipeline, run_options);
    study.names.push_back(task.name);
  }
  study.accuracy.assign(tasks.size(), std::vector<double>(tasks.size()));
  for (std::size_t column = 0; column < tasks.size(); ++column)
    measure(tasks[column], column, tasks, options, context, study);
  compare(study);
  const nlohmann::json json = to_json(study);
  write_atomically(fs::path(options.out) / "study.json", json.dump(1) + "\n");
  write_pictures(study, options.out);
  if (context.options.json)
    print_json(json);
  else
    print(to_text(study, options.out));
  return 0;
}

}  // namespace

void add_study(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("study", "Train a network for every pair of classes, and rank each for every pair.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FILE", options->file, "pipeline file of two classes")->required()->type_name("");
  verb.add_option("--classes", options->classes, "classes, with commas between, whose pairs are the tasks")
      ->required()
      ->delimiter(',')
      ->type_name("NAMES");
  verb.add_option("--out", options->out, "folder for runs, pictures and numbers; what is finished there is kept")
      ->required()
      ->type_name("FOLDER");
  verb.add_option("--loss", options->losses, "pairwise losses, with commas between; the first one's objective ranks")
      ->capture_default_str()
      ->type_name("LOSSES");
  verb.add_option("--images", options->images, "training images of a task to look at, at most")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{4}, std::int64_t{1} << 30))
      ->type_name("N");
  verb.add_option("--set", options->set, "override a value: stack.features.epochs=5")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
