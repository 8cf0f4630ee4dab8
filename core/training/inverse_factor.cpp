#include "training/inverse_factor.h"

#include <fmt/core.h>

#include <Eigen/Cholesky>
#include <algorithm>

#include "api/error.h"

namespace gramstack {
namespace {

constexpr Eigen::Index kColumns = 256;  // solved for at a time

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Columns [begin, begin + count) of L^-1 are zero above `begin`: a third of the work of solving for all rows.
void put_columns(const Eigen::MatrixXd& factor, Eigen::Index begin, Eigen::Map<Rows>& inverse) {
  const Eigen::Index below = factor.rows() - begin, count = std::min(kColumns, below);
  Eigen::MatrixXd columns = Eigen::MatrixXd::Identity(below, count);
  factor.bottomRightCorner(below, below).triangularView<Eigen::Lower>().solveInPlace(columns);
  inverse.block(begin, begin, below, count) = columns.cast<float>();
}

}  // namespace

std::vector<float> inverse_factor(const std::vector<float>& gram, std::int64_t m, double ridge,
                                  const std::string& name) {
  Eigen::MatrixXd sum = Eigen::Map<const Rows>(gram.data(), m, m).cast<double>();
  sum.diagonal().array() += ridge;
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> solver(sum);  // in place: the factor replaces the lower triangle
  if (solver.info() != Eigen::Success)
    throw Error(ExitCode::numerical,
                fmt::format("{}: the Gram matrix of its {} examples is not positive definite with {} on its diagonal: "
                            "a larger ridge is needed",
                            name, m, ridge));
  std::vector<float> values(gram.size());
  Eigen::Map<Rows> inverse(values.data(), m, m);
  for (Eigen::Index begin = 0; begin < m; begin += kColumns) put_columns(sum, begin, inverse);
  return values;
}

}  // namespace gramstack
