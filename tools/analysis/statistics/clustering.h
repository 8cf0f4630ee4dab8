// Hierarchical clustering by average linkage.
#pragma once

#include <cstddef>
#include <vector>

namespace gramstack::analysis {

/// Two clusters joined. Things are the clusters 0..n-1; merge i makes cluster n + i. first < second.
struct Merge {
  std::size_t first, second;
  double distance;   ///< mean of the distances between members of the two
  std::size_t size;  ///< members of both
};

/// The n - 1 merges of n things, nearest first. Of equal distances, the pair with the smaller numbers.
/// REQUIRES: a square, symmetric matrix.
std::vector<Merge> average_linkage(const std::vector<std::vector<double>>& distances);

/// All things, such that those of every cluster stand together.
std::vector<std::size_t> leaf_order(const std::vector<Merge>& merges);

}  // namespace gramstack::analysis
