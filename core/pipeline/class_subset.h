// The images of some of a data set's classes, as a data set of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pipeline/parts.h"

namespace gramstack {

/// The images labelled by one of `labels`, each with its place in that list as its new label, in their old order.
/// `whole` is not needed afterwards. REQUIRES: labels of `whole`, none twice. Throws Error(data) where an image of
/// `whole` has a label outside its classes.
std::shared_ptr<Dataset> class_subset(const Dataset& whole, const std::vector<std::int32_t>& labels);

/// Reads the key `classes` of `data`, names or labels, and puts the subset in the place of the part's data set.
/// REQUIRES: part.typed. After a fault the part has no data set.
void read_classes(const config::Tree& node, DataPart& part, const Reader& reader);

}  // namespace gramstack
