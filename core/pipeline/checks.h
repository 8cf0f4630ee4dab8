// Checks of the parts of a pipeline against each other, before any work: of data and of graphs.
#pragma once

#include <vector>

#include "pipeline/parts.h"

namespace gramstack {

/// Whether the training images suffice for what is held out, for pairs in every batch and for the labels asked for.
/// Whether it has images and classes at all. REQUIRES: data.spec.dataset.
bool check_data(const DataPart& data, const std::vector<ModulePart>& stack, config::Faults& faults);

/// Emits the training step of each module in turn, on top of the modules below, until one does not fit: shapes,
/// gradients, and whether the device (if there is one) takes every node. REQUIRES: a data set with images; modules of
/// different names.
void check_graphs(const DataPart& data, const std::vector<ModulePart>& stack, const DevicePart& device,
                  config::Faults& faults);

}  // namespace gramstack
