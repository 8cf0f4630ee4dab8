// Nearest neighbours: how often the examples most like an example are of its class.
#pragma once

#include "estimators/features.h"

namespace gramstack::analysis {

/// The share of examples whose class is that of most of their `k` nearest others by Euclidean distance; of classes with
/// equal counts, that of the nearest. With fewer than k others, all of them vote. REQUIRES: two rows, k >= 1.
double nearest_neighbor_accuracy(const LabelledRows& features, std::size_t k);

}  // namespace gramstack::analysis
