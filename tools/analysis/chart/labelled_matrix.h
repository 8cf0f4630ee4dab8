// A small matrix with the names of its rows and columns, its numbers in coloured cells.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "chart/svg.h"

namespace gramstack::analysis {

struct LabelledMatrix {
  std::string title, description;
  std::string row_label, column_label;
  std::vector<std::string> rows, columns;        ///< names
  std::vector<double> values;                    ///< row after row; not a number: grey, and no text
  double low = 0, high = 1;                      ///< ends of the colours
  std::function<std::string(double)> text = {};  ///< of a cell; none: two decimals
  std::vector<std::string> tooltips = {};        ///< of cells: empty, or as many
  double cell = 40;                              ///< pixels
};

/// More than 24 rows or columns have no numbers in their cells.
Svg draw(const LabelledMatrix& matrix);

}  // namespace gramstack::analysis
