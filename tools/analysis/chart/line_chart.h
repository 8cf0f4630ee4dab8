// Curves over one axis, with their standard deviations as bands or bars.
#pragma once

#include <string>
#include <vector>

#include "chart/axis.h"

namespace gramstack::analysis {

struct Series {
  std::string name;
  std::vector<double> x, y;            ///< as many; where y is not finite the curve is broken
  std::vector<double> deviation = {};  ///< of y: empty, or as many
  bool dashed = false;
  bool markers = true;
};

struct LineChart {
  std::string title, description;
  Axis x, y;
  std::vector<Series> series;
  enum class Spread { bands, bars } spread = Spread::bands;
  double width = 720, height = 400;
};

/// One series has no legend.
Svg draw(const LineChart& chart);

}  // namespace gramstack::analysis
