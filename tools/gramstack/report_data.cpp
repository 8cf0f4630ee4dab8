#include "report_data.h"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "recorded.h"
#include "store/files.h"
#include "training/features.h"
#include "training/run_folder.h"

namespace gramstack::tool {
namespace {

using nlohmann::ordered_json;

void read_manifest(const std::filesystem::path& folder, ReportData& data) {
  const std::filesystem::path file = folder / "manifest.json";
  try {
    const nlohmann::json manifest = nlohmann::json::parse(read_text(file));
    data.device = manifest.at("device").get<std::string>();
    data.build = manifest.at("build").get<std::string>();
    data.data_fingerprint = manifest.at("data").at("fingerprint").get<std::string>();
  } catch (const nlohmann::json::exception& error) {
    throw Error(ExitCode::file, fmt::format("{}: it is damaged: {}", file.string(), error.what()));
  }
}

void add_line(const nlohmann::json& line, std::vector<LearningCurve>& curves) {
  const std::string module = line.at("module").get<std::string>();
  if (curves.empty() || curves.back().module != module) curves.push_back({module, {}, {}, {}, {}});
  LearningCurve& curve = curves.back();
  curve.epochs.push_back(line.at("epoch").get<double>());
  curve.loss.push_back(line.at("loss").get<double>());
  for (const char* name : {"objective", "accuracy"})
    if (const std::string key = std::string("validation_") + name; line.contains(key)) {
      curve.validation_name = name;
      curve.validation.push_back(line.at(key).get<double>());
    }
}

GramView view_of(const FrozenStack& stack, std::size_t module, const Examples& examples,
                 const std::vector<float>& ideal) {
  GramView view;
  view.gram = hidden_gram(stack, module, examples);
  view.alignment = analysis::alignment(view.gram, ideal);
  view.eigenvalues = analysis::eigenvalues(view.gram);
  view.pair_means = analysis::class_pair_means(view.gram, examples.labels(), stack.network.classes.size());
  const Features features = hidden_features(stack, module, examples);
  view.projection = analysis::principal_components(features.values, static_cast<std::size_t>(features.width));
  return view;
}

HiddenView hidden_view(const FrozenStack& trained, std::size_t module, const Examples& examples) {
  HiddenView view;
  view.name = trained.network.module(module).name;
  view.range = trained.network.module(module).kernel->range();
  view.ideal = analysis::ideal_gram(examples.labels(), view.range.max, view.range.min);
  view.before = view_of(before_training(trained, module), module, examples, view.ideal);
  view.after = view_of(trained, module, examples, view.ideal);
  return view;
}

Examples shown_examples(const Network& network, std::int64_t images) {
  const std::int64_t classes = static_cast<std::int64_t>(network.classes.size());
  Indices all(static_cast<std::size_t>(network.pipeline->data.dataset->records(Split::test).size()));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  return examples_per_class(network, Split::test, all, std::max<std::int64_t>(2, images / classes),
                            network.pipeline->seed);
}

ordered_json to_json(const GramView& view) {
  return {{"alignment", view.alignment},
          {"eigenvalues", view.eigenvalues},
          {"class_pair_means", view.pair_means},
          {"variance_shares", {view.projection.first_share, view.projection.second_share}}};
}

}  // namespace

std::vector<LearningCurve> learning_curves(const std::filesystem::path& metrics) {
  std::vector<LearningCurve> curves;
  std::istringstream lines(read_text(metrics));
  try {
    for (std::string line; std::getline(lines, line);) add_line(nlohmann::json::parse(line), curves);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ExitCode::file, fmt::format("{}: it is damaged: {}", metrics.string(), error.what()));
  }
  return curves;
}

ReportData report_data(const Pipeline& pipeline, const std::filesystem::path& folder, std::int64_t images) {
  ReportData data;
  data.folder = folder;
  data.pipeline = pipeline.name;
  data.seed = pipeline.seed;
  data.resolved = read_text(folder / "resolved.yaml");
  data.run = read_report(folder);
  data.way = recorded_end_to_end(folder) ? "trained end to end"
             : pipeline.together         ? "hidden modules trained together"
                                         : "modules trained in turn";
  read_manifest(folder, data);
  data.curves = learning_curves(folder / "metrics.jsonl");
  const FrozenStack stack = load_stack(pipeline, folder);
  data.classes = stack.network.classes;
  const Examples examples = shown_examples(stack.network, images);
  if (examples.size() == 0) throw Error(ExitCode::data, "the data set has no test images to show");
  data.test = TrainedStack(pipeline, folder).evaluate(Split::test);
  data.labels.assign(examples.labels().begin(), examples.labels().end());
  for (std::size_t m = 0; m + 1 < stack.network.size(); ++m) data.hidden.push_back(hidden_view(stack, m, examples));
  return data;
}

ordered_json to_json(const ReportData& data) {
  ordered_json hidden = ordered_json::array();
  for (const HiddenView& view : data.hidden)
    hidden.push_back({{"module", view.name}, {"before", to_json(view.before)}, {"after", to_json(view.after)}});
  return {{"pipeline", data.pipeline},    {"test_accuracy", data.run.test_accuracy},
          {"classes", data.classes},      {"confusion", data.test.confusion},
          {"images", data.labels.size()}, {"hidden", hidden}};
}

}  // namespace gramstack::tool
