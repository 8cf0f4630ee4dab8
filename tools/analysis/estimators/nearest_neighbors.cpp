#include "estimators/nearest_neighbors.h"

#include <algorithm>
#include <vector>

namespace gramstack::analysis {
namespace {

constexpr Eigen::Index kBlock = 256;  ///< rows whose distances to all others are held at a time

struct Neighbor {
  float distance;
  std::int32_t label;
};

/// The nearest so far, nearest first; of equal distances the one that came first.
class Nearest {
 public:
  explicit Nearest(std::size_t k) : k_(k) { neighbors_.reserve(k + 1); }
  const std::vector<Neighbor>& neighbors() const { return neighbors_; }
  void clear() { neighbors_.clear(); }

  void offer(const Neighbor& neighbor) {
    if (neighbors_.size() == k_ && neighbor.distance >= neighbors_.back().distance) return;
    const std::vector<Neighbor>::iterator place =
        std::upper_bound(neighbors_.begin(), neighbors_.end(), neighbor,
                         [](const Neighbor& a, const Neighbor& b) { return a.distance < b.distance; });
    neighbors_.insert(place, neighbor);
    if (neighbors_.size() > k_) neighbors_.pop_back();
  }

 private:
  std::size_t k_;
  std::vector<Neighbor> neighbors_;
};

/// The class with the most votes; of equal ones, that of the nearest neighbour. `votes`: zeros before and after.
std::int32_t elect(const std::vector<Neighbor>& neighbors, std::vector<std::int64_t>& votes) {
  for (const Neighbor& neighbor : neighbors) ++votes[static_cast<std::size_t>(neighbor.label)];
  std::int32_t winner = neighbors.front().label;
  for (const Neighbor& neighbor : neighbors)
    if (votes[static_cast<std::size_t>(neighbor.label)] > votes[static_cast<std::size_t>(winner)])
      winner = neighbor.label;
  for (const Neighbor& neighbor : neighbors) votes[static_cast<std::size_t>(neighbor.label)] = 0;
  return winner;
}

}  // namespace

double nearest_neighbor_accuracy(const LabelledRows& features, std::size_t k) {
  // Distances do not change when the mean is taken off, but keep more digits.
  Rows rows = features.rows;
  const Eigen::RowVectorXf mean = rows.colwise().mean();
  rows.rowwise() -= mean;
  const Eigen::VectorXf norms = rows.rowwise().squaredNorm();
  std::vector<std::int64_t> votes(static_cast<std::size_t>(features.classes), 0);
  Nearest nearest(k);
  std::int64_t right = 0;
  for (Eigen::Index first = 0; first < rows.rows(); first += kBlock) {
    const Eigen::Index count = std::min(kBlock, rows.rows() - first);
    const Rows products = rows.middleRows(first, count) * rows.transpose();
    for (Eigen::Index i = 0; i < count; ++i) {
      nearest.clear();
      for (Eigen::Index j = 0; j < rows.rows(); ++j)
        if (j != first + i)
          nearest.offer({norms[j] - 2 * products(i, j), features.labels[static_cast<std::size_t>(j)]});
      if (elect(nearest.neighbors(), votes) == features.labels[static_cast<std::size_t>(first + i)]) ++right;
    }
  }
  return static_cast<double>(right) / static_cast<double>(rows.rows());
}

}  // namespace gramstack::analysis
