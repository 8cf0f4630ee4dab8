#include "chart/heat_map.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "chart/axis.h"
#include "chart/colour_map.h"

namespace gramstack::analysis {
namespace {

constexpr double kWidth = 46, kHeight = 24, kTop = 34;

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  double share(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

Range range_of(const std::vector<std::vector<double>>& values) {
  Range range;
  for (const std::vector<double>& row : values)
    for (const double value : row)
      if (std::isfinite(value)) {
        range.low = std::min(range.low, value);
        range.high = std::max(range.high, value);
      }
  return range;
}

void draw_cell(Svg& svg, const HeatMap& map, const Range& range, Point corner, std::size_t row, std::size_t column) {
  const double value = map.values[row][column];
  const Colour colour = map_colour(std::isfinite(value) ? range.share(value) : value);
  svg.element("rect",
              {{"x", coordinate(corner.x)},
               {"y", coordinate(corner.y)},
               {"width", coordinate(kWidth)},
               {"height", coordinate(kHeight)},
               {"fill", css(colour)}},
              fmt::format("{} {}, {} {}: {:.{}f}", map.row_label, map.rows[row], map.column_label, map.columns[column],
                          value, map.digits + 2));
  if (std::isfinite(value))
    svg.text({corner.x + kWidth / 2, corner.y + kHeight / 2 + 4}, fmt::format("{:.{}f}", value, map.digits),
             "middle small", {{"style", fmt::format("fill:{}", readable_on(colour))}});
}

}  // namespace

Svg draw(const HeatMap& map) {
  const double left = widest(map.rows) + 24, above = widest(map.columns) + 12;
  const Point corner{left, kTop + 18 + above};
  const double right = corner.x + kWidth * static_cast<double>(map.columns.size());
  const double bottom = corner.y + kHeight * static_cast<double>(map.rows.size());
  Svg svg(std::max(right + 12, text_width(map.title) * 1.3 + 24), bottom + 12, map.title, map.description);
  svg.text({12, 22}, map.title, "title");
  svg.text({right, kTop + 10}, fmt::format("rows: {}, columns: {}", map.row_label, map.column_label), "end muted");
  const Range range = range_of(map.values);
  for (std::size_t c = 0; c < map.columns.size(); ++c) {
    const double x = corner.x + kWidth * (static_cast<double>(c) + 0.5) + 4;
    svg.text({x, corner.y - 6}, map.columns[c], "small",
             {{"transform", fmt::format("rotate(-90 {} {})", coordinate(x), coordinate(corner.y - 6))}});
  }
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    const double y = corner.y + kHeight * static_cast<double>(r);
    svg.text({corner.x - 8, y + kHeight / 2 + 4}, map.rows[r], "end small");
    for (std::size_t c = 0; c < map.columns.size(); ++c)
      draw_cell(svg, map, range, {corner.x + kWidth * static_cast<double>(c), y}, r, c);
  }
  return svg;
}

}  // namespace gramstack::analysis
