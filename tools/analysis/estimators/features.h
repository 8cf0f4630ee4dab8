// Features of labelled examples, as estimators of their use take them.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>

namespace gramstack::analysis {

/// One row an example.
using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// REQUIRES: as many labels as rows, at least one; labels within [0, classes).
struct LabelledRows {
  Eigen::Ref<const Rows> rows;
  std::span<const std::int32_t> labels;
  std::int64_t classes;
};

}  // namespace gramstack::analysis
