// All estimators of how useful a frozen module's features are for labelled examples, without training.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "estimators/objectives.h"
#include "statistics/bootstrap.h"

namespace gramstack::analysis {

struct Estimate {
  std::string name;                  ///< of the loss, "h-score", "regularized-h-score", "log-me", "nearest-neighbors"
  double value;                      ///< the higher, the more useful
  std::optional<Interval> interval;  ///< of objectives, 95 %
};

inline constexpr std::size_t kNeighbors = 5;

/// The objectives first, in the order of the losses, on the outputs; then the others, on the kernel's features of them.
std::vector<Estimate> estimate(Device& device, const Kernel& kernel, const std::vector<NamedLoss>& losses,
                               const Outputs& outputs, std::int64_t classes, std::uint64_t seed);

}  // namespace gramstack::analysis
