// A small matrix with a number in every cell.
#pragma once

#include <string>
#include <vector>

#include "chart/svg.h"

namespace gramstack::analysis {

struct HeatMap {
  std::string title, description;
  std::string row_label, column_label;
  std::vector<std::string> rows, columns;   ///< names
  std::vector<std::vector<double>> values;  ///< [row][column]; not finite: grey, without a number
  int digits = 2;                           ///< after the point
};

/// Colours from the lowest value to the highest.
Svg draw(const HeatMap& map);

}  // namespace gramstack::analysis
