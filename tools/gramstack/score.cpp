#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "command_line.h"
#include "components.h"
#include "estimates_view.h"
#include "npy.h"
#include "table.h"

namespace gramstack::tool {
namespace {

using analysis::Estimate;

struct Options {
  std::string features, labels, kernel = "relu", losses = "alignment", device = "onednn";
  std::uint64_t seed = 0;
};

struct Labels {
  std::vector<std::int32_t> values;   ///< from 0 on
  std::vector<std::int64_t> classes;  ///< what the file calls them, ascending
};

Labels read_labels(const std::string& file) {
  const std::vector<std::int64_t> given = read_integer_npy(file);
  const std::set<std::int64_t> known(given.begin(), given.end());
  Labels labels{{}, {known.begin(), known.end()}};
  for (const std::int64_t label : given)
    labels.values.push_back(static_cast<std::int32_t>(
        std::lower_bound(labels.classes.begin(), labels.classes.end(), label) - labels.classes.begin()));
  if (labels.classes.size() < 2)
    throw Error(ExitCode::data, fmt::format("{}: has labels of {}; at least 2 classes are wanted", file,
                                            labels.classes.empty() ? "no class" : "1 class"));
  if (labels.classes.size() == given.size())
    throw Error(ExitCode::data, fmt::format("{}: every label occurs once: there is no pair of the same class", file));
  return labels;
}

RealArray read_features(const Options& options, std::size_t labels) {
  RealArray features = read_real_npy(options.features);
  const Shape& shape = features.shape;
  if (shape.size() != 2 && shape.size() != 4)
    throw Error(ExitCode::data,
                fmt::format("{}: has the shape {}; [examples,features] or [examples,channels,height,width] is wanted",
                            options.features, to_string(shape)));
  if (static_cast<std::size_t>(shape[0]) != labels || features.values.empty())
    throw Error(ExitCode::data, fmt::format("{}: holds features {} of {} examples; {} has {} labels", options.features,
                                            to_string(shape), shape[0], options.labels, labels));
  return features;
}

std::string to_text(const std::vector<Estimate>& estimates) {
  std::vector<std::vector<std::string>> rows = {{"estimator", "value", "95 % interval"}};
  for (const Estimate& estimate : estimates)
    rows.push_back({estimate.name, number(estimate.value), estimate.interval ? interval_text(*estimate.interval) : ""});
  return table(rows, {1});
}

void show(const Labels& labels, const RealArray& features, const std::vector<Estimate>& estimates, Context& context) {
  if (!context.options.json)
    return print(fmt::format("{} examples of {} classes, {} features\n\n{}", labels.values.size(),
                             labels.classes.size(), features.values.size() / labels.values.size(), to_text(estimates)));
  nlohmann::json all = nlohmann::json::array();
  for (const Estimate& estimate : estimates) all.push_back(estimate_json(estimate));
  print_json({{"examples", labels.values.size()}, {"classes", labels.classes}, {"estimates", all}});
}

int act(const Options& options, Context& context) {
  const std::shared_ptr<Kernel> kernel = named_kernel("--kernel", options.kernel, context.registry());
  const std::vector<analysis::NamedLoss> losses = named_losses("--loss", options.losses, context.registry());
  const std::shared_ptr<Device> device = named_device("--device", options.device, context.registry());
  const Labels labels = read_labels(options.labels);
  const RealArray features = read_features(options, labels.values.size());
  const analysis::Outputs outputs{features.values, Shape(features.shape.begin() + 1, features.shape.end()),
                                  labels.values};
  show(labels, features,
       estimate(*device, *kernel, losses, outputs, static_cast<std::int64_t>(labels.classes.size()), options.seed),
       context);
  return 0;
}

}  // namespace

void add_score(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("score", "Tell how useful features are for labels, without training.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FEATURES", options->features, "features before the kernel, an .npy file of float32 or float64")
      ->required()
      ->type_name("");
  verb.add_option("LABELS", options->labels, "a label an example, an .npy file of int32 or int64")
      ->required()
      ->type_name("");
  verb.add_option("--kernel", options->kernel, "kernel: relu, {type: gaussian, sigma: 4}, ...")
      ->capture_default_str()
      ->type_name("KERNEL");
  verb.add_option("--loss", options->losses, "pairwise losses, with commas between, whose objectives are measured")
      ->capture_default_str()
      ->type_name("LOSSES");
  verb.add_option("--device", options->device, "where it is computed")->capture_default_str()->type_name("DEVICE");
  verb.add_option("--seed", options->seed, "of the intervals")->capture_default_str()->type_name("N");
}

}  // namespace gramstack::tool
