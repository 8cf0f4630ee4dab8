#include "chart/scatter.h"

namespace gramstack::analysis {
namespace {

std::vector<double> coordinates(const Scatter& scatter, double Point::*axis) {
  std::vector<double> values;
  for (const Point& point : scatter.points) values.push_back(point.*axis);
  return values;
}

/// Zero-length lines with round ends: far shorter than a circle a point.
std::string dots(const Scatter& scatter, std::size_t category, const Scale& x, const Scale& y) {
  std::string path;
  for (std::size_t i = 0; i < scatter.points.size(); ++i) {
    const Point& point = scatter.points[i];
    if (scatter.category[i] == category && x.shows(point.x) && y.shows(point.y))
      path += move_to({x(point.x), y(point.y)}) + "h0";
  }
  return path;
}

}  // namespace

Svg draw(const Scatter& scatter) {
  Svg svg(scatter.width, scatter.height, scatter.title, scatter.description);
  Frame frame{64, 44, scatter.width - 24, scatter.height - 56};
  svg.text({frame.left, 24}, scatter.title, "title");
  std::vector<LegendEntry> legend;
  for (std::size_t c = 0; c < scatter.categories.size(); ++c)
    legend.push_back({scatter.categories[c], category_colour(c), false, true});
  if (legend.size() > 1) frame.top += draw_legend(svg, {frame.left, 46}, frame.right, legend);
  const Scale x(scatter.x, coordinates(scatter, &Point::x), frame.left + 6, frame.right - 6);
  const Scale y(scatter.y, coordinates(scatter, &Point::y), frame.bottom - 6, frame.top + 6);
  draw_axes(svg, frame, scatter.x, x, scatter.y, y);
  for (std::size_t c = 0; c < scatter.categories.size(); ++c)
    svg.element("path",
                {{"class", "points"},
                 {"style", "stroke:" + category_colour(c)},
                 {"stroke-width", coordinate(2 * scatter.radius)},
                 {"stroke-opacity", ".75"},
                 {"d", dots(scatter, c, x, y)}},
                scatter.categories[c]);
  return svg;
}

}  // namespace gramstack::analysis
