// The checks of Graph::add() that read an op's row alone. Private to core/graph.
#pragma once

#include <string>
#include <string_view>

#include "api/ops.h"

namespace gramstack {

/// How messages begin: "features/conv1: conv2d", or "conv2d" for a node without a name.
std::string place_of(const Op& op, std::string_view name);

/// Throws Error(configuration) for an op name that is not in the table, with the nearest one.
[[noreturn]] void refuse_op(std::string_view op, std::string_view name);

void check_count(const Op& op, std::size_t inputs, const std::string& place);

/// The attributes with defaults filled in; integers given for reals are converted. Throws Error(configuration) for
/// unknown, missing and wrongly typed ones.
Attributes complete_attributes(const Op& op, const Attributes& given, const std::string& place);

}  // namespace gramstack
