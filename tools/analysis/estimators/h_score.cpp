#include "estimators/h_score.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

namespace gramstack::analysis {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd centered(const LabelledRows& features) {
  MatrixXd rows = features.rows.cast<double>();
  const Eigen::RowVectorXd mean = rows.colwise().mean();
  rows.rowwise() -= mean;
  return rows;
}

MatrixXd covariance(const MatrixXd& centered_rows) {
  MatrixXd result = MatrixXd::Zero(centered_rows.cols(), centered_rows.cols());
  result.selfadjointView<Eigen::Lower>().rankUpdate(centered_rows.transpose(),
                                                    1 / static_cast<double>(centered_rows.rows()));
  return result.selfadjointView<Eigen::Lower>();
}

/// One column a class: its mean, times the root of its share.
MatrixXd class_means(const MatrixXd& centered_rows, const LabelledRows& features) {
  MatrixXd sums = MatrixXd::Zero(centered_rows.cols(), features.classes);
  VectorXd counts = VectorXd::Zero(features.classes);
  for (std::size_t i = 0; i < features.labels.size(); ++i) {
    sums.col(features.labels[i]) += centered_rows.row(static_cast<Eigen::Index>(i)).transpose();
    counts[features.labels[i]] += 1;
  }
  const double all = static_cast<double>(features.labels.size());
  for (Eigen::Index c = 0; c < sums.cols(); ++c) sums.col(c) *= counts[c] > 0 ? 1 / std::sqrt(counts[c] * all) : 0;
  return sums;
}

/// tr(covariance^+ means means^T)
double ratio(const MatrixXd& covariance, const MatrixXd& means) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance);
  const VectorXd& values = solver.eigenvalues();
  const double least =
      std::numeric_limits<double>::epsilon() * static_cast<double>(values.size()) * values.cwiseAbs().maxCoeff();
  const VectorXd along = (solver.eigenvectors().transpose() * means).rowwise().squaredNorm();
  double sum = 0;
  for (Eigen::Index i = 0; i < values.size(); ++i)
    if (values[i] > least) sum += along[i] / values[i];
  return sum;
}

/// The share of the identity that Ledoit and Wolf find best, in [0, 1].
double shrinkage(const MatrixXd& centered_rows, const MatrixXd& covariance) {
  const double n = static_cast<double>(centered_rows.rows()), d = static_cast<double>(centered_rows.cols());
  const double scale = covariance.trace() / d;
  const double fourth = centered_rows.rowwise().squaredNorm().squaredNorm() / n;
  const double spread = covariance.squaredNorm() - d * scale * scale;
  const double error = (fourth - covariance.squaredNorm()) / n;
  return spread > 0 ? std::clamp(error / spread, 0.0, 1.0) : 0.0;
}

}  // namespace

double h_score(const LabelledRows& features) {
  const MatrixXd rows = centered(features);
  return ratio(covariance(rows), class_means(rows, features));
}

double regularized_h_score(const LabelledRows& features) {
  const MatrixXd rows = centered(features);
  MatrixXd shrunk = covariance(rows);
  const double share = shrinkage(rows, shrunk), scale = shrunk.trace() / static_cast<double>(shrunk.rows());
  shrunk *= 1 - share;
  shrunk.diagonal().array() += share * scale;
  return (1 - share) * ratio(shrunk, class_means(rows, features));
}

}  // namespace gramstack::analysis
