// A device that computes a graph node by node with generated kernels, on the host. Not optimised: every node is an
// operation of its own, so that the conformance suite reaches each kernel.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/device.h"
#include "kernels/kernels.h"

namespace gramstack::gpu_test {

struct NodeSettings {
  cudnn::Layout layout = cudnn::Layout::nhwc;  ///< of real 4-d tensors
  cudnn::Element maps = cudnn::Element::f32;   ///< elements of real 4-d tensors
};

std::unique_ptr<Device> make_node_device(const NodeSettings& settings);

/// The kernels that compute a graph so, by name.
std::map<std::string, cudnn::KernelSource> kernels_of(const Graph& graph, const NodeSettings& settings);

}  // namespace gramstack::gpu_test
