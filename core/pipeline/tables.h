// The core's own parameter tables by name, and what a mapping must have and may have by them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/arguments.h"
#include "pipeline/pipeline.h"

namespace gramstack {

const CoreTable& core_table(std::string_view name);  ///< REQUIRES: there is one

std::vector<std::string> names_of(const CoreTable& table);  ///< of its parameters, then of its keys

/// The entry of one of the table's keys; when it is missing a fault at the owner, and nullptr.
const config::Entry* require(const config::Tree& mapping, const CoreTable& table, std::string_view key,
                             const config::Owner& owner, config::Faults& faults);

/// The mapping of an entry, by the core's table that is called as its key. None when it is no mapping.
std::optional<config::Arguments> read_table(const config::Entry& entry, const std::string& example,
                                            config::Faults& faults);

}  // namespace gramstack
