// Points in a plane, coloured by category.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "chart/axis.h"

namespace gramstack::analysis {

struct Scatter {
  std::string title, description;
  Axis x, y;
  std::vector<Point> points;
  std::vector<std::size_t> category;    ///< of each point
  std::vector<std::string> categories;  ///< names; one: no legend
  double width = 560, height = 480, radius = 2;
};

Svg draw(const Scatter& scatter);

}  // namespace gramstack::analysis
