// A graph through all passes, up to the launch list. Needs no GPU, driver or toolkit.
#pragma once

#include "api/device.h"
#include "compiler/launch.h"

namespace gramstack::cudnn {

struct Compiled {
  compiler::Program program;
  LaunchList list;
  std::size_t permanent = 0;  ///< bytes of inputs, parameters and constants, but for those that are given
};

/// Empty: the device runs the node. Otherwise why not.
std::string declines(const Graph& graph, const Node& node);

/// Throws Error(device) naming a node that is declined.
Compiled compile(const Graph& graph, const Settings& settings, const CompileOptions& options);

}  // namespace gramstack::cudnn
