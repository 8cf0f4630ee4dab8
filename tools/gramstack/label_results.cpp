#include "label_results.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "api/error.h"
#include "chart/line_chart.h"
#include "statistics/moments.h"
#include "store/files.h"
#include "table.h"

namespace gramstack::tool {
namespace {

using nlohmann::ordered_json;
using PerClass = std::optional<std::int64_t>;

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

ordered_json count_json(PerClass per_class) { return per_class ? ordered_json(*per_class) : ordered_json("all"); }

std::string count_text(PerClass per_class) { return per_class ? std::to_string(*per_class) : "all"; }

const char* way(bool end_to_end) { return end_to_end ? "end-to-end" : "modules"; }

LabelSummary summary_of(const std::vector<LabelResult>& results) {
  std::vector<double> accuracies;
  for (const LabelResult& result : results) accuracies.push_back(result.accuracy);
  const auto [least, most] = std::minmax_element(accuracies.begin(), accuracies.end());
  return {results[0].end_to_end,
          results[0].per_class,
          results[0].labels,
          static_cast<std::int64_t>(results.size()),
          analysis::mean(accuracies),
          *least,
          *most,
          analysis::deviation(accuracies)};
}

ordered_json to_json(const LabelSubject& subject) {
  return {{"pipeline", subject.pipeline},
          {"modules", subject.modules},
          {"seed", subject.seed},
          {"classes", subject.classes}};
}

ordered_json to_json(const LabelResult& result) {
  ordered_json json{{"way", way(result.end_to_end)},
                    {"per_class", count_json(result.per_class)},
                    {"draw", result.draw},
                    {"labels", result.labels}};
  if (result.end_to_end) json["epochs"] = result.epochs;
  json["accuracy"] = result.accuracy;
  json["seconds"] = result.seconds;
  return json;
}

ordered_json to_json(const LabelSummary& summary) {
  return {{"way", way(summary.end_to_end)}, {"per_class", count_json(summary.per_class)},
          {"labels", summary.labels},       {"draws", summary.draws},
          {"mean", summary.mean},           {"deviation", summary.deviation},
          {"least", summary.least},         {"most", summary.most}};
}

analysis::Series series_of(const std::vector<LabelSummary>& summaries, bool end_to_end, std::int64_t classes) {
  analysis::Series series{end_to_end ? "end to end on the same labels" : "output module on frozen features", {}, {}};
  for (const LabelSummary& summary : summaries) {
    if (summary.end_to_end != end_to_end) continue;
    series.x.push_back(static_cast<double>(summary.labels) / static_cast<double>(classes));
    series.y.push_back(100 * summary.mean);
    series.deviation.push_back(std::isnan(summary.deviation) ? 0 : 100 * summary.deviation);
  }
  return series;
}

}  // namespace

LabelResults::LabelResults(const std::filesystem::path& folder, LabelSubject subject, std::int64_t epochs)
    : folder_(folder), subject_(std::move(subject)) {
  if (std::filesystem::exists(folder_ / "labels.json")) read(epochs);
}

void LabelResults::read(std::int64_t epochs) {
  const std::filesystem::path file = folder_ / "labels.json";
  try {
    const nlohmann::json json = nlohmann::json::parse(read_text(file));
    const nlohmann::json& subject = json.at("subject");
    if (subject != nlohmann::json(to_json(subject_)))
      throw Error(ExitCode::usage,
                  fmt::format("{} is about other modules: name another folder with --out", file.string()));
    for (const nlohmann::json& result : json.at("results")) read_result(result, epochs);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ExitCode::file, fmt::format("{}: it is damaged: {}", file.string(), error.what()));
  }
}

void LabelResults::read_result(const nlohmann::json& json, std::int64_t epochs) {
  LabelResult result;
  result.end_to_end = json.at("way").get<std::string>() == way(true);
  if (json.at("per_class").is_number()) result.per_class = json.at("per_class").get<std::int64_t>();
  result.draw = json.at("draw").get<std::int64_t>();
  result.labels = json.at("labels").get<std::int64_t>();
  result.epochs = result.end_to_end ? json.at("epochs").get<std::int64_t>() : 0;
  result.accuracy = json.at("accuracy").get<double>();
  result.seconds = json.at("seconds").get<double>();
  if (!result.end_to_end || result.epochs == epochs) results_.push_back(result);
}

bool LabelResults::has(bool end_to_end, PerClass per_class, std::int64_t draw) const {
  return std::any_of(results_.begin(), results_.end(), [&](const LabelResult& result) {
    return result.end_to_end == end_to_end && result.per_class == per_class && result.draw == draw;
  });
}

std::vector<LabelSummary> LabelResults::summaries() const {
  std::map<std::pair<bool, std::int64_t>, std::vector<LabelResult>> groups;
  for (const LabelResult& result : results_)
    groups[{result.end_to_end, result.per_class.value_or(kAll)}].push_back(result);
  std::vector<LabelSummary> summaries;
  for (const auto& [key, results] : groups) summaries.push_back(summary_of(results));
  return summaries;
}

ordered_json LabelResults::json() const {
  ordered_json summary = ordered_json::array(), results = ordered_json::array();
  for (const LabelSummary& part : summaries()) summary.push_back(to_json(part));
  for (const LabelResult& result : results_) results.push_back(to_json(result));
  return {{"subject", to_json(subject_)}, {"summary", summary}, {"results", results}};
}

std::string LabelResults::csv() const {
  std::string text = "way,per_class,draw,labels,accuracy\n";
  for (const LabelResult& result : results_)
    text += fmt::format("{},{},{},{},{}\n", way(result.end_to_end), count_text(result.per_class), result.draw,
                        result.labels, result.accuracy);
  return text;
}

std::string LabelResults::table() const {
  std::map<std::int64_t, std::vector<std::string>> rows;
  bool baseline = false;
  for (const LabelSummary& summary : summaries()) {
    std::vector<std::string>& row = rows[summary.per_class.value_or(kAll)];
    if (row.empty()) row = {count_text(summary.per_class), std::to_string(summary.labels), "-", "-", "-", "-"};
    const std::size_t column = summary.end_to_end ? 4 : 2;
    row[column] = std::to_string(summary.draws);
    row[column + 1] = percent(summary.mean, summary.deviation);
    baseline = baseline || summary.end_to_end;
  }
  std::vector<std::vector<std::string>> lines{{"per class", "labels", "draws", "output module", "draws", "end to end"}};
  for (const auto& [count, row] : rows) lines.push_back(row);
  if (!baseline)
    for (std::vector<std::string>& line : lines) line.resize(4);
  return tool::table(lines, {0, 1, 2, 3, 4, 5});
}

std::string LabelResults::svg() const {
  const std::vector<LabelSummary> all = summaries();
  analysis::LineChart chart;
  chart.title = "Test accuracy by labels: " + subject_.pipeline;
  chart.description = "Means of random draws of labels, with standard deviations.";
  chart.x.label = "labels of each class";
  chart.x.logarithmic = true;
  chart.y.label = "test accuracy, %";
  for (const bool end_to_end : {false, true}) {
    const analysis::Series series = series_of(all, end_to_end, subject_.classes);
    if (!series.x.empty()) chart.series.push_back(series);
  }
  std::map<std::int64_t, analysis::Tick> ticks;
  for (const LabelSummary& part : all)
    ticks[part.labels] = {static_cast<double>(part.labels) / static_cast<double>(subject_.classes),
                          count_text(part.per_class)};
  for (const auto& [labels, tick] : ticks) chart.x.ticks.push_back(tick);
  return draw(chart).document();
}

void LabelResults::write_json() const { write_atomically(folder_ / "labels.json", json().dump(2) + "\n"); }

void LabelResults::write() const {
  write_json();
  write_atomically(folder_ / "labels.csv", csv());
  write_atomically(folder_ / "labels.svg", svg());
}

}  // namespace gramstack::tool
