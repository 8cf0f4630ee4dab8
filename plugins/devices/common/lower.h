// Pass "lower": one instruction a node of the graph, equal nodes once.
#pragma once

#include "api/graph.h"
#include "common/program.h"

namespace gramstack::compiler {

/// REQUIRES: no node of the graph is declined. Outputs and update values never share memory with inputs, parameters
/// or constants: such values are copied.
Program lower(const Graph& graph, const Dialect& dialect);

}  // namespace gramstack::compiler
