#include "chart/labelled_matrix.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "chart/axis.h"
#include "chart/colour_map.h"

namespace gramstack::analysis {
namespace {

constexpr std::size_t kMostWithNumbers = 24;

struct Layout {
  double left, top, cell;
};

void draw_cell(Svg& svg, const LabelledMatrix& matrix, const Layout& layout, std::size_t row, std::size_t column) {
  const std::size_t place = row * matrix.columns.size() + column;
  const double value = matrix.values[place];
  const Colour colour = map_colour((value - matrix.low) / (matrix.high - matrix.low));
  const Point corner{layout.left + static_cast<double>(column) * layout.cell,
                     layout.top + static_cast<double>(row) * layout.cell};
  svg.element("rect",
              {{"x", coordinate(corner.x)},
               {"y", coordinate(corner.y)},
               {"width", coordinate(layout.cell - 1)},
               {"height", coordinate(layout.cell - 1)},
               {"fill", css(colour)}},
              matrix.tooltips.empty() ? std::string() : matrix.tooltips[place]);
  if (std::isnan(value) || std::max(matrix.rows.size(), matrix.columns.size()) > kMostWithNumbers) return;
  svg.text({corner.x + layout.cell / 2, corner.y + layout.cell / 2 + 4},
           matrix.text ? matrix.text(value) : fmt::format("{:.2f}", value), "middle small",
           {{"style", fmt::format("fill:{};pointer-events:none", readable_on(colour))}});
}

void draw_names(Svg& svg, const LabelledMatrix& matrix, const Layout& layout) {
  for (std::size_t r = 0; r < matrix.rows.size(); ++r)
    svg.text({layout.left - 8, layout.top + (static_cast<double>(r) + 0.5) * layout.cell + 4}, matrix.rows[r], "end");
  for (std::size_t c = 0; c < matrix.columns.size(); ++c) {
    const Point at{layout.left + (static_cast<double>(c) + 0.5) * layout.cell + 4, layout.top - 8};
    svg.text(at, matrix.columns[c], {},
             {{"transform", fmt::format("rotate(-45 {} {})", coordinate(at.x), coordinate(at.y))}});
  }
}

}  // namespace

Svg draw(const LabelledMatrix& matrix) {
  const double slant = 0.71 * widest(matrix.columns), names = widest(matrix.rows);
  const Layout layout{names + 16 + (matrix.row_label.empty() ? 0 : 22),
                      40 + slant + 14 + (matrix.column_label.empty() ? 0 : 20), matrix.cell};
  const double width = layout.cell * static_cast<double>(matrix.columns.size());
  const double height = layout.cell * static_cast<double>(matrix.rows.size());
  Svg svg(layout.left + width + std::max(12.0, slant - layout.cell / 2 + 8), layout.top + height + 8, matrix.title,
          matrix.description);
  svg.text({8, 22}, matrix.title, "title");
  svg.text({layout.left + width / 2, 44}, matrix.column_label, "muted middle");
  const double middle = layout.top + height / 2;
  svg.text({16, middle}, matrix.row_label, "muted middle",
           {{"transform", fmt::format("rotate(-90 16 {})", coordinate(middle))}});
  draw_names(svg, matrix, layout);
  for (std::size_t r = 0; r < matrix.rows.size(); ++r)
    for (std::size_t c = 0; c < matrix.columns.size(); ++c) draw_cell(svg, matrix, layout, r, c);
  return svg;
}

}  // namespace gramstack::analysis
