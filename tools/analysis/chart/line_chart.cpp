#include "chart/line_chart.h"

#include <fmt/core.h>

#include <algorithm>

namespace gramstack::analysis {
namespace {

double deviation_at(const Series& series, std::size_t i) { return series.deviation.empty() ? 0 : series.deviation[i]; }

std::vector<double> x_values(const LineChart& chart) {
  std::vector<double> values;
  for (const Series& series : chart.series) values.insert(values.end(), series.x.begin(), series.x.end());
  return values;
}

std::vector<double> y_values(const LineChart& chart) {
  std::vector<double> values;
  for (const Series& series : chart.series)
    for (std::size_t i = 0; i < series.y.size(); ++i)
      for (const double sign : {-1.0, 1.0}) values.push_back(series.y[i] + sign * deviation_at(series, i));
  return values;
}

/// Runs of points without a gap.
std::vector<std::vector<std::size_t>> pieces(const Series& series, const Scale& x, const Scale& y) {
  std::vector<std::vector<std::size_t>> runs(1);
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    if (x.shows(series.x[i]) && y.shows(series.y[i]))
      runs.back().push_back(i);
    else if (!runs.back().empty())
      runs.emplace_back();
  }
  if (runs.back().empty()) runs.pop_back();
  return runs;
}

class Curves {
 public:
  Curves(Svg& svg, const LineChart& chart, const Scale& x, const Scale& y) : svg_(svg), chart_(chart), x_(x), y_(y) {}

  void draw(std::size_t number) {
    const Series& series = chart_.series[number];
    const std::string colour = category_colour(number);
    for (const std::vector<std::size_t>& piece : pieces(series, x_, y_)) {
      if (!series.deviation.empty()) draw_spread(series, piece, colour);
      draw_curve(series, piece, colour);
      if (series.markers) draw_markers(series, piece, colour);
    }
  }

 private:
  Point at(const Series& series, std::size_t i, double offset = 0) const {
    const double value = std::clamp(series.y[i] + offset, y_.low(), y_.high());
    return {x_(series.x[i]), y_(value)};
  }

  void draw_spread(const Series& series, const std::vector<std::size_t>& piece, const std::string& colour) {
    std::string path;
    if (chart_.spread == LineChart::Spread::bars) {
      for (const std::size_t i : piece)
        path += move_to(at(series, i, -deviation_at(series, i))) + line_to(at(series, i, deviation_at(series, i)));
      svg_.element("path", {{"class", "curve"}, {"style", "stroke:" + colour}, {"d", path}});
      return;
    }
    for (const std::size_t i : piece)
      path += (path.empty() ? move_to : line_to)(at(series, i, deviation_at(series, i)));
    for (std::size_t k = piece.size(); k-- > 0;) path += line_to(at(series, piece[k], -deviation_at(series, piece[k])));
    svg_.element("path", {{"class", "band"}, {"style", "fill:" + colour}, {"d", path + "Z"}});
  }

  void draw_curve(const Series& series, const std::vector<std::size_t>& piece, const std::string& colour) {
    std::string path;
    for (const std::size_t i : piece) path += (path.empty() ? move_to : line_to)(at(series, i));
    svg_.element("path", {{"class", "curve"},
                          {"style", "stroke:" + colour},
                          {"stroke-dasharray", series.dashed ? "5 4" : ""},
                          {"d", path}});
  }

  void draw_markers(const Series& series, const std::vector<std::size_t>& piece, const std::string& colour) {
    for (const std::size_t i : piece) {
      const Point centre = at(series, i);
      std::string tip = fmt::format("{}: {:.6g} at {:.6g}", series.name, series.y[i], series.x[i]);
      if (!series.deviation.empty())
        tip = fmt::format("{}: {:.6g} ± {:.3g} at {:.6g}", series.name, series.y[i], series.deviation[i], series.x[i]);
      svg_.element(
          "circle",
          {{"cx", coordinate(centre.x)}, {"cy", coordinate(centre.y)}, {"r", "3.5"}, {"style", "fill:" + colour}}, tip);
    }
  }

  Svg& svg_;
  const LineChart& chart_;
  const Scale &x_, &y_;
};

}  // namespace

Svg draw(const LineChart& chart) {
  Svg svg(chart.width, chart.height, chart.title, chart.description);
  Frame frame{64, 44, chart.width - 24, chart.height - 56};
  svg.text({frame.left, 24}, chart.title, "title");
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    legend.push_back({chart.series[i].name, category_colour(i), chart.series[i].dashed});
  if (legend.size() > 1) frame.top += draw_legend(svg, {frame.left, 46}, frame.right, legend);
  Axis x_axis = chart.x;
  x_axis.tight = true;
  const Scale x(x_axis, x_values(chart), frame.left + 12, frame.right - 12);
  const Scale y(chart.y, y_values(chart), frame.bottom, frame.top);
  draw_axes(svg, frame, x_axis, x, chart.y, y);
  Curves curves(svg, chart, x, y);
  for (std::size_t i = 0; i < chart.series.size(); ++i) curves.draw(i);
  return svg;
}

}  // namespace gramstack::analysis
