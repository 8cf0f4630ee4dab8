#include "division_results.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "chart/line_chart.h"
#include "statistics/moments.h"
#include "store/files.h"
#include "table.h"

namespace gramstack::tool {
namespace {

using nlohmann::ordered_json;
using Numbers = std::vector<double>;

/// Runs of one division, over seeds.
struct Summary {
  Division division;
  Numbers accuracy, one_label, seconds;
  std::size_t memory = 0;
};

std::vector<Summary> summaries_of(const std::vector<DivisionResult>& results) {
  std::map<Division, Summary> summaries;
  for (const DivisionResult& result : results) {
    Summary& summary = summaries[result.division];
    summary.division = result.division;
    summary.accuracy.push_back(result.accuracy);
    if (result.one_label) summary.one_label.push_back(*result.one_label);
    summary.seconds.push_back(result.seconds);
    summary.memory = std::max(summary.memory, result.memory);
  }
  std::vector<Summary> list;
  for (const auto& [division, summary] : summaries) list.push_back(summary);
  return list;
}

std::string modules_text(const Division& division) {
  return division.way == Way::end_to_end ? "-" : std::to_string(division.modules);
}

ordered_json to_json(const DivisionResult& result) {
  ordered_json json{{"way", name_of(result.division.way)},
                    {"modules", result.division.modules},
                    {"seed", result.seed},
                    {"accuracy", result.accuracy}};
  if (result.one_label) json["one_label_accuracy"] = *result.one_label;
  json["seconds"] = result.seconds;
  json["peak_memory"] = result.memory;
  return json;
}

/// One curve a way; end to end is a level over the whole width.
analysis::LineChart chart_of(const std::vector<Summary>& summaries, double (*value)(const Summary&),
                             double (*deviation)(const Summary&)) {
  analysis::LineChart chart;
  double most = 1;
  for (const Summary& summary : summaries) most = std::max(most, static_cast<double>(summary.division.modules));
  std::map<Way, analysis::Series> series;
  for (const Summary& summary : summaries) {
    const bool level = summary.division.way == Way::end_to_end;
    analysis::Series& curve = series[summary.division.way];
    curve.name = name_of(summary.division.way);
    curve.dashed = level;
    curve.markers = !level;
    for (const double x : level ? Numbers{1, most} : Numbers{static_cast<double>(summary.division.modules)}) {
      curve.x.push_back(x);
      curve.y.push_back(value(summary));
      curve.deviation.push_back(deviation(summary));
    }
  }
  for (const auto& [way, curve] : series) chart.series.push_back(curve);
  for (const Summary& summary : summaries)
    if (summary.division.way == Way::in_turn)
      chart.x.ticks.push_back(
          {static_cast<double>(summary.division.modules), std::to_string(summary.division.modules)});
  chart.x.label = "hidden modules";
  return chart;
}

}  // namespace

const char* name_of(Way way) {
  if (way == Way::end_to_end) return "end to end";
  return way == Way::in_turn ? "in turn" : "together";
}

ordered_json DivisionResults::json() const {
  ordered_json summary = ordered_json::array(), runs = ordered_json::array();
  for (const Summary& part : summaries_of(results_))
    summary.push_back({{"way", name_of(part.division.way)},
                       {"modules", part.division.modules},
                       {"runs", part.accuracy.size()},
                       {"mean_accuracy", analysis::mean(part.accuracy)},
                       {"deviation", analysis::deviation(part.accuracy)},
                       {"mean_seconds", analysis::mean(part.seconds)},
                       {"peak_memory", part.memory}});
  for (const DivisionResult& result : results_) runs.push_back(to_json(result));
  return {{"pipeline", pipeline_}, {"summary", summary}, {"runs", runs}};
}

std::string DivisionResults::csv() const {
  std::string text = "way,modules,seed,accuracy,one_label_accuracy,seconds,peak_memory\n";
  for (const DivisionResult& result : results_)
    text += fmt::format("{},{},{},{},{},{},{}\n", name_of(result.division.way), result.division.modules, result.seed,
                        result.accuracy, result.one_label ? fmt::format("{}", *result.one_label) : std::string(),
                        result.seconds, result.memory);
  return text;
}

std::string DivisionResults::table() const {
  std::vector<std::vector<std::string>> rows{
      {"trained", "hidden modules", "test accuracy", "one label per class", "time", "memory"}};
  for (const Summary& part : summaries_of(results_))
    rows.push_back({name_of(part.division.way), modules_text(part.division),
                    percent(analysis::mean(part.accuracy), analysis::deviation(part.accuracy)),
                    percent(analysis::mean(part.one_label), analysis::deviation(part.one_label)),
                    duration(analysis::mean(part.seconds)), bytes(part.memory)});
  return tool::table(rows, {1, 2, 3, 4, 5});
}

std::string DivisionResults::accuracy_svg() const {
  analysis::LineChart chart = chart_of(
      summaries_of(results_), [](const Summary& summary) { return 100 * analysis::mean(summary.accuracy); },
      [](const Summary& summary) {
        return summary.accuracy.size() > 1 ? 100 * analysis::deviation(summary.accuracy) : 0;
      });
  chart.title = "Test accuracy by modules: " + pipeline_;
  chart.description = "Means over seeds, with standard deviations.";
  chart.y.label = "test accuracy, %";
  return draw(chart).document();
}

std::string DivisionResults::memory_svg() const {
  analysis::LineChart chart = chart_of(
      summaries_of(results_), [](const Summary& summary) { return static_cast<double>(summary.memory) / (1 << 20); },
      [](const Summary&) { return 0.0; });
  chart.title = "Memory of the largest step by modules: " + pipeline_;
  chart.description = "Of all modules, the one whose training step takes most.";
  chart.y.label = "MiB";
  return draw(chart).document();
}

void DivisionResults::write(const std::filesystem::path& folder) const {
  write_atomically(folder / "divide.json", json().dump(2) + "\n");
  write_atomically(folder / "divide.csv", csv());
  write_atomically(folder / "accuracy.svg", accuracy_svg());
  write_atomically(folder / "memory.svg", memory_svg());
}

}  // namespace gramstack::tool
