// Runs a graph once on a device, with numbers as doubles whatever the tensors' types are.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/device.h"
#include "support/component.h"

namespace gramstack::test {

/// A device by name, made with its defaults (and a fixed number of threads where it has that parameter).
std::shared_ptr<Device> device(const std::string& name);

using Tensors = std::map<std::string, std::vector<double>>;

/// Writes `feeds` (inputs and parameters; those left out are zeros), runs one step and returns all outputs and, under
/// their own names, all parameters after the step.
Tensors evaluate(Device& device, const Graph& graph, const Tensors& feeds);

/// Numbers in a tensor's own element type, and back.
std::vector<std::byte> encode(DataType type, const std::vector<double>& values);
std::vector<double> decode(DataType type, std::span<const std::byte> bytes);

/// A whole tensor of a plan, as numbers.
void write(Plan& plan, const std::string& name, DataType type, const std::vector<double>& values);
std::vector<double> read(const Plan& plan, const std::string& name, const TensorType& type);

/// Numbers for a test: `count` normal values from a fixed stream, by seed.
std::vector<double> normal_values(std::int64_t count, std::uint64_t seed);

}  // namespace gramstack::test
