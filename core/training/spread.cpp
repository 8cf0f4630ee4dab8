#include "training/spread.h"

#include <Eigen/Core>
#include <cmath>

namespace gramstack {
namespace {

constexpr int kMostRounds = 100;

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowsOf = Eigen::Map<const Rows>;

/// One over the length of each row; 0 for a row of zeros, which has no direction.
Eigen::VectorXf inverse_lengths(const RowsOf& rows) {
  Eigen::VectorXf lengths = rows.rowwise().norm();
  for (float& length : lengths) length = length > 0 ? 1 / length : 0;
  return lengths;
}

/// Column c: the mean direction, of unit length, of the rows of class c; zeros where it has none.
Eigen::MatrixXf centres(const RowsOf& rows, const Eigen::VectorXf& scale, const std::vector<std::int32_t>& labels,
                        std::size_t classes) {
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(rows.cols(), static_cast<Eigen::Index>(classes));
  for (Eigen::Index i = 0; i < rows.rows(); ++i)
    if (const std::int32_t label = labels[static_cast<std::size_t>(i)]; label != kUnlabelled)
      sums.col(label) += (scale[i] * rows.row(i)).transpose().cast<double>();
  sums.colwise().normalize();
  return sums.cast<float>();
}

std::vector<bool> present(const std::vector<std::int32_t>& labels, std::size_t classes) {
  std::vector<bool> found(classes);
  for (const std::int32_t label : labels)
    if (label != kUnlabelled) found[static_cast<std::size_t>(label)] = true;
  return found;
}

/// The class of the highest score among those that have labels.
std::int32_t best_of(const Eigen::RowVectorXf& scores, const std::vector<bool>& present) {
  std::int32_t best = kUnlabelled;
  for (std::int32_t c = 0; c < scores.size(); ++c)
    if (present[static_cast<std::size_t>(c)] && (best == kUnlabelled || scores[c] > scores[best])) best = c;
  return best;
}

}  // namespace

std::vector<std::int32_t> spread_labels(const FeatureTable& table, std::vector<std::int32_t> labels,
                                        std::size_t classes) {
  const RowsOf rows(table.rows.data(), static_cast<Eigen::Index>(labels.size()), table.width);
  const Eigen::VectorXf scale = inverse_lengths(rows);
  const std::vector<std::int32_t> given = labels;
  const std::vector<bool> known = present(given, classes);
  for (int round = 0; round < kMostRounds; ++round) {
    const Rows scores = rows * centres(rows, scale, labels, classes);
    const std::vector<std::int32_t> before = labels;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (given[i] == kUnlabelled) labels[i] = best_of(scores.row(static_cast<Eigen::Index>(i)), known);
    if (labels == before) break;
  }
  return labels;
}

}  // namespace gramstack
