// Labels for all images from few: clusters of their features that begin at the labelled ones.
#pragma once

#include "training/inference.h"

namespace gramstack {

inline constexpr std::int32_t kUnlabelled = -1;

/// A class for every row of `table`: its label, or where that is kUnlabelled the class whose centre is most similar by
/// the cosine. A centre is the mean direction of the rows of its class, at first of the labelled ones, until no row
/// changes its class: k-means on the sphere (Dhillon and Modha 2001) seeded with labels that stay (Basu, Banerjee and
/// Mooney, "Semi-supervised Clustering by Seeding", 2002). Of equal classes the first; one without a label stays empty.
std::vector<std::int32_t> spread_labels(const FeatureTable& table, std::vector<std::int32_t> labels,
                                        std::size_t classes);

}  // namespace gramstack
