#include "report_charts.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "chart/labelled_matrix.h"
#include "chart/line_chart.h"
#include "chart/matrix_image.h"
#include "chart/scatter.h"

namespace gramstack::tool {
namespace {

using analysis::LineChart;

constexpr double kHalf = 520, kChartHeight = 320;

std::string epochs_chart(const LearningCurve& curve, std::string title, std::string label, std::vector<double> values) {
  LineChart chart;
  chart.title = std::move(title);
  chart.description = fmt::format("{} of {} by epoch", label, curve.module);
  chart.x.label = "epoch";
  chart.x.whole = true;
  chart.y.label = std::move(label);
  chart.series.push_back({curve.module, curve.epochs, std::move(values)});
  chart.series.back().markers = curve.epochs.size() <= 40;
  chart.width = kHalf;
  chart.height = kChartHeight;
  return draw(chart).fragment();
}

std::vector<analysis::MatrixGroup> groups_of(const ReportData& data) {
  std::vector<analysis::MatrixGroup> groups;
  for (std::size_t c = 0; c < data.classes.size(); ++c)
    groups.push_back({data.classes[c], static_cast<std::size_t>(std::count(data.labels.begin(), data.labels.end(),
                                                                           static_cast<std::int32_t>(c)))});
  return groups;
}

std::string gram_chart(const ReportData& data, const HiddenView& view, const std::vector<float>& gram,
                       const std::string& title) {
  analysis::MatrixChart chart;
  chart.title = title;
  chart.description = fmt::format("Gram matrix of module {} on {} test images sorted by class, {}", view.name,
                                  data.labels.size(), title);
  chart.matrix = {gram, data.labels.size(), data.labels.size()};
  chart.low = view.range.min;
  chart.high = view.range.max;
  chart.groups = groups_of(data);
  return draw(chart).fragment();
}

/// Eigenvalues that are nothing but rounding are left out.
analysis::Series spectrum_of(const std::string& name, const std::vector<double>& values) {
  analysis::Series series{name, {}, {}};
  series.markers = false;
  const double least = values.empty() ? 0 : 1e-6 * values.front();
  for (std::size_t i = 0; i < values.size() && values[i] > least; ++i) {
    series.x.push_back(static_cast<double>(i + 1));
    series.y.push_back(values[i]);
  }
  return series;
}

std::string pair_means_chart(const ReportData& data, const HiddenView& view, const GramView& gram,
                             const std::string& title) {
  analysis::LabelledMatrix matrix;
  matrix.title = title;
  matrix.description =
      fmt::format("Mean kernel value of pairs of test images of two classes, module {}, {}", view.name, title);
  matrix.rows = matrix.columns = data.classes;
  matrix.values = gram.pair_means;
  matrix.low = view.range.min;
  matrix.high = view.range.max;
  matrix.cell = data.classes.size() > 24 ? 10 : 38;
  for (const std::string& row : data.classes)
    for (const std::string& column : data.classes)
      matrix.tooltips.push_back(fmt::format("{} and {}: {:.3f}", row, column, gram.pair_means[matrix.tooltips.size()]));
  return draw(matrix).fragment();
}

std::string projection_chart(const ReportData& data, const HiddenView& view, const GramView& gram,
                             const std::string& title) {
  analysis::Scatter scatter;
  scatter.title = title;
  scatter.description =
      fmt::format("Features of module {} on two principal components, by class, {}", view.name, title);
  const auto label = [](const char* which, double share) {
    return fmt::format("{} component, {:.0f} % of the variance", which, 100 * share);
  };
  scatter.x.label = label("first", gram.projection.first_share);
  scatter.y.label = label("second", gram.projection.second_share);
  scatter.points = gram.projection.points;
  scatter.categories = data.classes;
  for (const std::int32_t image : data.labels) scatter.category.push_back(static_cast<std::size_t>(image));
  scatter.width = kHalf;
  scatter.height = 470;
  return draw(scatter).fragment();
}

}  // namespace

std::string loss_chart(const LearningCurve& curve) {
  return epochs_chart(curve, curve.module + ": training loss", "loss", curve.loss);
}

std::string validation_chart(const LearningCurve& curve) {
  std::vector<double> values = curve.validation;
  const bool accuracy = curve.validation_name == "accuracy";
  for (double& value : values) value *= accuracy ? 100 : 1;
  return epochs_chart(curve, fmt::format("{}: {} on held-out images", curve.module, curve.validation_name),
                      accuracy ? "accuracy, %" : curve.validation_name, std::move(values));
}

std::string gram_charts(const ReportData& data, const HiddenView& view) {
  return gram_chart(data, view, view.before.gram, "before training") +
         gram_chart(data, view, view.after.gram, "after training") + gram_chart(data, view, view.ideal, "ideal");
}

std::string spectrum_chart(const HiddenView& view) {
  LineChart chart;
  chart.title = "Eigenvalues of the Gram matrix";
  chart.description = fmt::format("Eigenvalues of the Gram matrix of module {}, the largest first", view.name);
  chart.x.label = "number of the eigenvalue";
  chart.x.logarithmic = true;
  chart.y.label = "eigenvalue";
  chart.y.logarithmic = true;
  chart.series = {spectrum_of("before training", view.before.eigenvalues),
                  spectrum_of("after training", view.after.eigenvalues),
                  spectrum_of("ideal", analysis::eigenvalues(view.ideal))};
  chart.series.back().dashed = true;
  chart.width = 2 * kHalf;
  chart.height = 340;
  return draw(chart).fragment();
}

std::string pair_means_charts(const ReportData& data, const HiddenView& view) {
  return pair_means_chart(data, view, view.before, "before training") +
         pair_means_chart(data, view, view.after, "after training");
}

std::string projection_charts(const ReportData& data, const HiddenView& view) {
  return projection_chart(data, view, view.before, "before training") +
         projection_chart(data, view, view.after, "after training");
}

std::string confusion_chart(const ReportData& data) {
  analysis::LabelledMatrix matrix;
  matrix.title = "Test images by true and predicted class";
  matrix.description = "Confusion matrix on the test images";
  matrix.row_label = "true";
  matrix.column_label = "predicted";
  matrix.rows = matrix.columns = data.classes;
  matrix.low = 0;
  matrix.text = [](double value) { return fmt::format("{:.0f}", value); };
  matrix.cell = data.classes.size() > 24 ? 10 : 46;
  matrix.high = 1;
  for (std::size_t r = 0; r < data.classes.size(); ++r)
    for (std::size_t c = 0; c < data.classes.size(); ++c) {
      const std::int64_t count = data.test.confusion[r][c];
      matrix.values.push_back(static_cast<double>(count));
      matrix.high = std::max(matrix.high, static_cast<double>(count));
      matrix.tooltips.push_back(fmt::format("{} taken for {}: {}", data.classes[r], data.classes[c], count));
    }
  return draw(matrix).fragment();
}

}  // namespace gramstack::tool
