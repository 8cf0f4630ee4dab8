// How alike two rankings of the same things are.
#pragma once

#include <span>

namespace gramstack::analysis {

/// Kendall's tau-b in [-1, 1]: concordant less discordant pairs, corrected for ties. NaN where all values of a list are
/// equal or there are fewer than two. REQUIRES: as many x as y.
double kendall_tau(std::span<const double> x, std::span<const double> y);

/// Weighted tau (Vigna, "A weighted correlation index for rankings with ties", 2015): a pair weighs 1/(r + 1) +
/// 1/(s + 1) for the ranks r and s of its members from the top, so that the best things count most. The mean of the
/// ranks by x (ties by y) and by y (ties by x). NaN as above. REQUIRES: as many x as y.
double weighted_tau(std::span<const double> x, std::span<const double> y);

}  // namespace gramstack::analysis
