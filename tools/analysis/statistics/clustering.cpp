#include "statistics/clustering.h"

#include <algorithm>
#include <utility>

namespace gramstack::analysis {
namespace {

/// The clusters that are not merged yet, and the distances between them.
class Clusters {
 public:
  explicit Clusters(const std::vector<std::vector<double>>& distances) : distances_(distances) {
    for (std::size_t i = 0; i < distances.size(); ++i) live_.push_back({i, i, 1});
  }

  std::size_t size() const { return live_.size(); }

  Merge merge_nearest() {
    const auto [a, b] = nearest();
    Cluster& first = live_[a];
    const Cluster second = live_[b];
    const Merge merge{std::min(first.number, second.number), std::max(first.number, second.number),
                      distances_[first.row][second.row], first.size + second.size};
    average_into(first, second);
    first.number = next_++;
    first.size = merge.size;
    live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(b));
    std::sort(live_.begin(), live_.end(), [](const Cluster& x, const Cluster& y) { return x.number < y.number; });
    return merge;
  }

 private:
  struct Cluster {
    std::size_t number, row, size;
  };

  std::pair<std::size_t, std::size_t> nearest() const {
    std::pair<std::size_t, std::size_t> best{0, 1};
    for (std::size_t a = 0; a < live_.size(); ++a)
      for (std::size_t b = a + 1; b < live_.size(); ++b)
        if (distances_[live_[a].row][live_[b].row] < distances_[live_[best.first].row][live_[best.second].row])
          best = {a, b};
    return best;
  }

  /// The mean over members of both is the mean of the two means, weighed by their sizes.
  void average_into(const Cluster& first, const Cluster& second) {
    const double a = static_cast<double>(first.size), b = static_cast<double>(second.size);
    for (std::size_t other = 0; other < distances_.size(); ++other) {
      const double mean = (a * distances_[first.row][other] + b * distances_[second.row][other]) / (a + b);
      distances_[first.row][other] = distances_[other][first.row] = mean;
    }
  }

  std::vector<std::vector<double>> distances_;
  std::vector<Cluster> live_;  ///< by number
  std::size_t next_ = distances_.size();
};

void add_leaves(const std::vector<Merge>& merges, std::size_t cluster, std::vector<std::size_t>& leaves) {
  const std::size_t things = merges.size() + 1;
  if (cluster < things) return leaves.push_back(cluster);
  add_leaves(merges, merges[cluster - things].first, leaves);
  add_leaves(merges, merges[cluster - things].second, leaves);
}

}  // namespace

std::vector<Merge> average_linkage(const std::vector<std::vector<double>>& distances) {
  Clusters clusters(distances);
  std::vector<Merge> merges;
  while (clusters.size() > 1) merges.push_back(clusters.merge_nearest());
  return merges;
}

std::vector<std::size_t> leaf_order(const std::vector<Merge>& merges) {
  std::vector<std::size_t> leaves;
  add_leaves(merges, 2 * merges.size(), leaves);
  return leaves;
}

}  // namespace gramstack::analysis
