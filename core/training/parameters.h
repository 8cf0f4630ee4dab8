// Parameters of a graph between a plan and host memory, and their values before training.
#pragma once

#include <map>
#include <string>

#include "api/device.h"
#include "store/tensors.h"
#include "training/examples.h"

namespace gramstack {

/// Writes the values of all parameters of `graph`. REQUIRES: `values` has them.
void write_parameters(Plan& plan, const Graph& graph, const TensorMap& values);

TensorMap read_parameters(const Plan& plan, const Graph& graph);

/// Types of the parameters below `prefix`, slots left out, by their names without it.
std::map<std::string, TensorType> module_tensors(const Graph& graph, const std::string& prefix);

/// The tensors of `values` below `prefix` that `wanted` names (without it), and the way back.
TensorMap without_prefix(const TensorMap& values, const std::string& prefix,
                         const std::map<std::string, TensorType>& wanted);
TensorMap with_prefix(const TensorMap& values, const std::string& prefix);

/// Adds what the file of module `module` holds, by full names. Throws Error(file) naming `file` where these are not the
/// module's tensors.
void add_module(const Network& network, std::size_t module, const TensorMap& tensors, const std::string& file,
                TensorMap& values);

/// Those of `values` that belong to the modules below `module`.
TensorMap values_below(const Network& network, std::size_t module, const TensorMap& values);

/// Adds to `values` what parameters of `graph` are not there yet, as their initializers say. Examples are taken from
/// `training`: their input values of the module that the parameter belongs to, by the values already there.
void add_initial_values(TensorMap& values, const Network& network, const Graph& graph, const Examples& training);

}  // namespace gramstack
