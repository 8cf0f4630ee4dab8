// The training steps that the shipped pipelines produce, from made data of the right kinds.
#pragma once

#include <string>
#include <vector>

#include "api/graph.h"

namespace gramstack::test {

struct ShippedStep {
  std::string name;  ///< "quickstart-features"; "quickstart-end-to-end"
  Graph graph;
};

/// Every module of every file of pipelines/, and every network end to end. Made once.
const std::vector<ShippedStep>& shipped_steps();

}  // namespace gramstack::test
