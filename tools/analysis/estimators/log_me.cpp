#include "estimators/log_me.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace gramstack::analysis {
namespace {

using Eigen::ArrayXd;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kMostRounds = 100;
constexpr double kTolerance = 1e-5;  ///< of the ratio of the precisions

/// The features F seen through the eigenvectors V of F^T F.
struct Spectrum {
  ArrayXd values;        ///< eigenvalues above rounding
  MatrixXd projections;  ///< V^T F^T y, one column a class
  VectorXd squares;      ///< |y|^2 of each class
  double examples;
};

Spectrum spectrum_of(const LabelledRows& features) {
  const MatrixXd rows = features.rows.cast<double>();
  MatrixXd indicators = MatrixXd::Zero(rows.rows(), features.classes);
  for (std::size_t i = 0; i < features.labels.size(); ++i)
    indicators(static_cast<Eigen::Index>(i), features.labels[i]) = 1;
  MatrixXd products = MatrixXd::Zero(rows.cols(), rows.cols());
  products.selfadjointView<Eigen::Lower>().rankUpdate(rows.transpose());
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(products);  // reads the lower half
  const ArrayXd values = solver.eigenvalues().array();
  const double least = std::numeric_limits<double>::epsilon() * static_cast<double>(values.size()) * values.maxCoeff();
  const Eigen::Index kept = (values > least).count();  // ascending: they are the last
  return {values.tail(kept), solver.eigenvectors().rightCols(kept).transpose() * (rows.transpose() * indicators),
          indicators.colwise().squaredNorm(), static_cast<double>(rows.rows())};
}

/// The weights' and the noise's precision, and what follows from them for one class.
struct Evidence {
  double alpha = 1, beta = 1;
  double weights = 0, residual = 0;  ///< |m|^2 of the mean weights m; |F m - y|^2
};

void expect(const Spectrum& spectrum, Eigen::Index c, Evidence& evidence) {
  const double ratio = evidence.alpha / evidence.beta;
  const ArrayXd projection = spectrum.projections.col(c).array().square(), sum = spectrum.values + ratio;
  evidence.weights = (projection / sum.square()).sum();
  const double explained = (projection / spectrum.values).sum();
  const double shrunk = (projection / spectrum.values * (ratio / sum).square()).sum();
  evidence.residual = std::max(spectrum.squares[c] - explained, 0.0) + shrunk;
}

void maximize(const Spectrum& spectrum, Evidence& evidence) {
  const double effective = (spectrum.values / (spectrum.values + evidence.alpha / evidence.beta)).sum();
  evidence.alpha = std::max(effective, kTolerance) / (evidence.weights + kTolerance);
  evidence.beta = (spectrum.examples - effective) / (evidence.residual + kTolerance);
}

double logarithm(const Spectrum& spectrum, const Evidence& evidence) {
  const double n = spectrum.examples, seen = static_cast<double>(spectrum.values.size());
  const double determinant = (evidence.alpha + evidence.beta * spectrum.values).log().sum();
  return (seen * std::log(evidence.alpha) + n * std::log(evidence.beta) - determinant -
          evidence.beta * evidence.residual - evidence.alpha * evidence.weights - n * std::log(2 * std::numbers::pi)) /
         (2 * n);
}

double evidence_of(const Spectrum& spectrum, Eigen::Index c) {
  Evidence evidence;
  for (int round = 0; round < kMostRounds; ++round) {
    const double before = evidence.alpha / evidence.beta;
    expect(spectrum, c, evidence);
    maximize(spectrum, evidence);
    if (std::abs(evidence.alpha / evidence.beta - before) <= kTolerance * before) break;
  }
  expect(spectrum, c, evidence);
  return logarithm(spectrum, evidence);
}

}  // namespace

double log_me(const LabelledRows& features) {
  const Spectrum spectrum = spectrum_of(features);
  double sum = 0;
  for (Eigen::Index c = 0; c < features.classes; ++c) sum += evidence_of(spectrum, c);
  return sum / static_cast<double>(features.classes);
}

}  // namespace gramstack::analysis
