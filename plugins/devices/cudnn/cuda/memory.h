// Memory of the GPU and memory of the host that it can reach, and what to say when there is too little.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

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

/// Copies of host memory to the GPU in the order of a stream that the caller does not wait for: a few buffers in turn,
/// each used again when its copy is done.
class Staging {
 public:
  explicit Staging(std::size_t bytes);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  void copy(std::span<const std::byte> bytes, void* to, cudaStream_t stream);

 private:
  struct Slot {
    HostMemory memory;
    cudaEvent_t done = nullptr;
  };
  std::vector<Slot> slots_;
  std::size_t next_ = 0;
};

/// "1.50 GiB"
std::string size_text(std::size_t bytes);

/// What a step needs and what there is, the largest tensor, and a batch that would fit.
std::string memory_complaint(const Compiled& compiled, std::size_t workspace, std::size_t free);

}  // namespace gramstack::cudnn
