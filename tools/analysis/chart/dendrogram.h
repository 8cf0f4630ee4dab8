// The tree of a hierarchical clustering.
#pragma once

#include <string>
#include <vector>

#include "chart/svg.h"
#include "statistics/clustering.h"

namespace gramstack::analysis {

struct Dendrogram {
  std::string title, description;
  std::string distance;            ///< what it is measured in
  std::vector<std::string> names;  ///< of the things that were clustered
  std::vector<Merge> merges;       ///< one fewer
};

/// Things from top to bottom, distances from left to right.
Svg draw(const Dendrogram& tree);

}  // namespace gramstack::analysis
