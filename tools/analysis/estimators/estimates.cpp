#include "estimators/estimates.h"

#include "estimators/h_score.h"
#include "estimators/log_me.h"
#include "estimators/nearest_neighbors.h"

namespace gramstack::analysis {

std::vector<Estimate> estimate(Device& device, const Kernel& kernel, const std::vector<NamedLoss>& losses,
                               const Outputs& outputs, std::int64_t classes, std::uint64_t seed) {
  std::vector<Estimate> estimates;
  const std::vector<ObjectiveValues> objectives =
      measure_objectives(device, kernel, losses, outputs, objective_blocks(outputs.labels));
  for (std::size_t i = 0; i < losses.size(); ++i)
    estimates.push_back({losses[i].name, objectives[i].mean(), mean_interval(objectives[i].blocks, {.seed = seed})});
  const Rows rows = kernel_features(device, kernel, outputs);
  const LabelledRows features{rows, outputs.labels, classes};
  estimates.push_back({"h-score", h_score(features), {}});
  estimates.push_back({"regularized-h-score", regularized_h_score(features), {}});
  estimates.push_back({"log-me", log_me(features), {}});
  estimates.push_back({"nearest-neighbors", nearest_neighbor_accuracy(features, kNeighbors), {}});
  return estimates;
}

}  // namespace gramstack::analysis
