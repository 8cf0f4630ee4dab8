// Runs a graph once on a device, with numbers as doubles whatever the tensors' types are.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/device.h"
#include "plugin/registry.h"

namespace gramstack::test {

/// The registry of the build tree's plugins.
const Registry& plugins();

/// A device by name, made with its defaults (and a fixed number of threads where it has that parameter).
std::shared_ptr<Device> device(const std::string& name);

using Tensors = std::map<std::string, std::vector<double>>;

/// Writes `feeds` (inputs and parameters; those left out are zeros), runs one step and returns all outputs and, under
/// their own names, all parameters after the step.
Tensors evaluate(Device& device, const Graph& graph, const Tensors& feeds);

/// Numbers for a test: `count` normal values from a fixed stream, by seed.
std::vector<double> normal_values(std::int64_t count, std::uint64_t seed);

}  // namespace gramstack::test
