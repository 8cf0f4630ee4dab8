#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "command_line.h"
#include "components.h"
#include "estimates_view.h"
#include "statistics/rank_correlation.h"
#include "table.h"
#include "transfer_task.h"

namespace gramstack::tool {
namespace {

using analysis::Estimate;

struct Options {
  std::string task, losses = kRankingLosses;
  std::vector<std::string> modules, set;
  std::int64_t images = 10000;
  bool validate = false;
};

struct Ranked {
  ModuleSource source;
  std::string trained_as;  ///< the module's name in its own pipeline
  std::vector<Estimate> estimates;
  double accuracy = std::numeric_limits<double>::quiet_NaN();
};

std::vector<ModuleSource> sources_of(const Options& options, const Context& context) {
  if (options.modules.empty()) return all_modules(context);
  std::vector<ModuleSource> sources;
  for (const std::string& word : options.modules) sources.push_back(find_module(word, context));
  return sources;
}

/// The highest objective first.
std::vector<Ranked> rank(const Options& options, const TransferTask& task, Context& context) {
  std::vector<Ranked> ranking;
  for (const ModuleSource& source : sources_of(options, context)) {
    const std::unique_ptr<StoredStack> module = task.open(source);
    Ranked ranked{source, module->top().module.module, task.estimate(*module)};
    if (options.validate) ranked.accuracy = task.train_output(*module);
    note(context, fmt::format("{}: {} {}", source.name, task.objective(), number(ranked.estimates.front().value)));
    ranking.push_back(std::move(ranked));
  }
  std::stable_sort(ranking.begin(), ranking.end(), [](const Ranked& a, const Ranked& b) {
    return a.estimates.front().value > b.estimates.front().value;
  });
  return ranking;
}

struct Agreement {
  std::string name;
  double kendall, weighted;
};

/// Of every estimator with the accuracies.
std::vector<Agreement> agreements(const std::vector<Ranked>& ranking) {
  std::vector<double> accuracies;
  for (const Ranked& ranked : ranking) accuracies.push_back(ranked.accuracy);
  std::vector<Agreement> all;
  for (std::size_t e = 0; e < ranking.front().estimates.size(); ++e) {
    std::vector<double> values;
    for (const Ranked& ranked : ranking) values.push_back(ranked.estimates[e].value);
    all.push_back({ranking.front().estimates[e].name, analysis::kendall_tau(values, accuracies),
                   analysis::weighted_tau(values, accuracies)});
  }
  return all;
}

std::string ranking_text(const std::vector<Ranked>& ranking, bool validated) {
  std::vector<std::vector<std::string>> rows = {{"module", "trained as"}};
  std::vector<std::size_t> right;
  for (const Estimate& estimate : ranking.front().estimates) {
    right.push_back(rows.front().size());
    rows.front().push_back(estimate.name);
    if (estimate.interval) rows.front().push_back("95 % interval");
  }
  if (validated) right.push_back(rows.front().size());
  if (validated) rows.front().push_back("accuracy");
  for (const Ranked& ranked : ranking) {
    std::vector<std::string> row = {ranked.source.name, ranked.trained_as};
    for (const Estimate& estimate : ranked.estimates) {
      row.push_back(number(estimate.value));
      if (estimate.interval) row.push_back(interval_text(*estimate.interval));
    }
    if (validated) row.push_back(percent(ranked.accuracy));
    rows.push_back(std::move(row));
  }
  return table(rows, right);
}

std::string agreement_text(const std::vector<Ranked>& ranking) {
  std::vector<std::vector<std::string>> rows = {{"agreement with accuracy", "Kendall's tau", "weighted tau"}};
  for (const Agreement& agreement : agreements(ranking))
    rows.push_back({agreement.name, number(agreement.kendall), number(agreement.weighted)});
  return "\n" + table(rows, {1, 2});
}

nlohmann::json to_json(const std::vector<Ranked>& ranking, bool validated) {
  nlohmann::json modules = nlohmann::json::array(), agreement = nlohmann::json::array();
  for (const Ranked& ranked : ranking) {
    nlohmann::json estimates = nlohmann::json::array();
    for (const Estimate& estimate : ranked.estimates) estimates.push_back(estimate_json(estimate));
    modules.push_back({{"name", ranked.source.name},
                       {"hash", ranked.source.hash},
                       {"trained_as", ranked.trained_as},
                       {"estimates", estimates}});
    if (validated) modules.back()["accuracy"] = ranked.accuracy;
  }
  nlohmann::json json{{"modules", modules}};
  if (!validated) return json;
  for (const Agreement& one : agreements(ranking))
    agreement.push_back({{"name", one.name}, {"kendall_tau", one.kendall}, {"weighted_tau", one.weighted}});
  json["agreement"] = agreement;
  return json;
}

int act(const Options& options, Context& context) {
  const Pipeline pipeline = load_pipeline(options.task, options.set, context.registry());
  const TransferTask task(pipeline, named_losses("--loss", options.losses, context.registry()), options.images,
                          context.registry());
  const std::vector<Ranked> ranking = rank(options, task, context);
  if (context.options.json)
    print_json(to_json(ranking, options.validate));
  else
    print(ranking_text(ranking, options.validate) + (options.validate ? agreement_text(ranking) : ""));
  return 0;
}

}  // namespace

void add_transfer(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("transfer", "Rank frozen modules for a new task, without training.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("--task", options->task, "pipeline file: its data, and with --validate its output module")
      ->required()
      ->type_name("FILE");
  verb.add_option("--modules", options->modules,
                  "hashes in the module store, module files or run folders; default: all hidden modules of the store")
      ->type_name("MODULE...");
  verb.add_option("--loss", options->losses, "pairwise losses, with commas between; the first one's objective ranks")
      ->capture_default_str()
      ->type_name("LOSSES");
  verb.add_option("--images", options->images, "training images to look at, at most")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{4}, std::int64_t{1} << 30))
      ->type_name("N");
  verb.add_flag("--validate", options->validate,
                "train the task's output module on every module, and tell how well the estimators agree");
  verb.add_option("--set", options->set, "override a value of the task: data.classes=[cat,dog]")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
