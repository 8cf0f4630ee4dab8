#include "statistics/spectrum.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

namespace gramstack::analysis {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Rows matrix_of(std::span<const float> values, std::size_t columns) {
  const Eigen::Index width = static_cast<Eigen::Index>(columns);
  const Eigen::Index rows = width == 0 ? 0 : static_cast<Eigen::Index>(values.size()) / width;
  using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const Floats>(values.data(), rows, width).cast<double>();
}

std::size_t side(std::span<const float> square) {
  return static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(square.size()))));
}

/// Coordinates of the rows on the k-th component from the last, the largest; zeros where there is none.
Eigen::VectorXd component(const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>& solved, const Rows& centred, bool wide,
                          Eigen::Index k) {
  const Eigen::Index place = solved.eigenvalues().size() - k;
  if (place < 0) return Eigen::VectorXd::Zero(centred.rows());
  const Eigen::VectorXd vector = solved.eigenvectors().col(place);
  Eigen::VectorXd scores = wide ? Eigen::VectorXd(vector * std::sqrt(std::max(0.0, solved.eigenvalues()(place))))
                                : Eigen::VectorXd(centred * vector);
  Eigen::Index largest = 0;
  if (scores.size() > 0) scores.cwiseAbs().maxCoeff(&largest);
  return scores.size() > 0 && scores(largest) < 0 ? Eigen::VectorXd(-scores) : scores;
}

double share_of(const Eigen::VectorXd& ascending, Eigen::Index k) {
  const double total = ascending.cwiseMax(0.0).sum();
  return ascending.size() < k || total <= 0 ? 0 : std::max(0.0, ascending(ascending.size() - k)) / total;
}

}  // namespace

std::vector<double> eigenvalues(std::span<const float> matrix) {
  if (matrix.empty()) return {};
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(matrix_of(matrix, side(matrix)), Eigen::EigenvaluesOnly);
  std::vector<double> values(solved.eigenvalues().begin(), solved.eigenvalues().end());
  std::reverse(values.begin(), values.end());
  return values;
}

// The smaller of the two products has the same eigenvalues but for zeros.
Projection principal_components(std::span<const float> rows, std::size_t width) {
  if (rows.empty()) return {};
  Rows centred = matrix_of(rows, width);
  centred.rowwise() -= centred.colwise().mean().eval();
  const bool wide = centred.cols() > centred.rows();
  const Eigen::MatrixXd product =
      wide ? Eigen::MatrixXd(centred * centred.transpose()) : Eigen::MatrixXd(centred.transpose() * centred);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(product);
  const Eigen::VectorXd x = component(solved, centred, wide, 1), y = component(solved, centred, wide, 2);
  Projection projection{{}, share_of(solved.eigenvalues(), 1), share_of(solved.eigenvalues(), 2)};
  for (Eigen::Index i = 0; i < centred.rows(); ++i) projection.points.push_back({x(i), y(i)});
  return projection;
}

std::vector<double> class_pair_means(std::span<const float> gram, std::span<const std::int32_t> labels,
                                     std::size_t classes) {
  std::vector<double> sums(classes * classes, 0), counts(classes * classes, 0);
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t j = 0; j < labels.size(); ++j) {
      if (i == j) continue;
      const std::size_t pair = static_cast<std::size_t>(labels[i]) * classes + static_cast<std::size_t>(labels[j]);
      sums[pair] += gram[i * labels.size() + j];
      ++counts[pair];
    }
  for (std::size_t pair = 0; pair < sums.size(); ++pair)
    sums[pair] = counts[pair] > 0 ? sums[pair] / counts[pair] : std::numeric_limits<double>::quiet_NaN();
  return sums;
}

std::vector<float> ideal_gram(std::span<const std::int32_t> labels, double same, double different) {
  std::vector<float> gram;
  gram.reserve(labels.size() * labels.size());
  for (const std::int32_t a : labels)
    for (const std::int32_t b : labels) gram.push_back(static_cast<float>(a == b ? same : different));
  return gram;
}

double alignment(std::span<const float> a, std::span<const float> b) {
  const std::size_t n = side(a);
  double product = 0, a_squares = 0, b_squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (i / n == i % n) continue;
    product += static_cast<double>(a[i]) * b[i];
    a_squares += static_cast<double>(a[i]) * a[i];
    b_squares += static_cast<double>(b[i]) * b[i];
  }
  return a_squares > 0 && b_squares > 0 ? product / std::sqrt(a_squares * b_squares) : 0;
}

}  // namespace gramstack::analysis
