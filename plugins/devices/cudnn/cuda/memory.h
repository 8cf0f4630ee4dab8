// Memory of the GPU and memory of the host that it can reach, and what to say when there is too little.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <string>

#include "compiler/compile.h"

namespace gramstack::cudnn {

struct FreeDevice {
  void operator()(void* memory) const { cudaFree(memory); }
};
struct FreeHost {
  void operator()(void* memory) const { cudaFreeHost(memory); }
};
using DeviceMemory = std::unique_ptr<void, FreeDevice>;
using HostMemory = std::unique_ptr<void, FreeHost>;

/// Null when there is not enough.
DeviceMemory allocate_device(std::size_t bytes);
/// Throws Error(resource).
HostMemory allocate_host(std::size_t bytes);

/// "1.50 GiB"
std::string size_text(std::size_t bytes);

/// What a step needs and what there is, the largest tensor, and a batch that would fit.
std::string memory_complaint(const Compiled& compiled, std::size_t workspace, std::size_t free);

}  // namespace gramstack::cudnn
