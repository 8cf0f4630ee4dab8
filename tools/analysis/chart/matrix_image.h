// A large matrix as an image of one pixel an entry, in a chart.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "chart/svg.h"

namespace gramstack::analysis {

/// A rectangle of numbers, row after row. Not owned.
struct MatrixView {
  std::span<const float> values;
  std::size_t rows = 0, columns = 0;
};

/// "data:image/png;base64,...": the colours of values from `low` to `high`.
std::string matrix_png(const MatrixView& matrix, double low, double high);

/// Neighbouring rows, and columns, that are marked together at the edges: a class.
struct MatrixGroup {
  std::string name;
  std::size_t size = 0;
};

struct MatrixChart {
  std::string title, description;
  MatrixView matrix;
  double low = 0, high = 1;
  std::vector<MatrixGroup> groups = {};  ///< their sizes add up to the rows; none: not marked
  double side = 280;                     ///< pixels of the longer side of the matrix
};

/// With a colour bar. Group names are tooltips; strips in the colours of the categories stand beside the matrix.
Svg draw(const MatrixChart& chart);

}  // namespace gramstack::analysis
