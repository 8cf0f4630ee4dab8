// Examples that live on the GPU.
#pragma once

#include <memory>

#include "api/device.h"
#include "cuda/gpu.h"
#include "cuda/memory.h"

namespace gramstack::cudnn {

class GpuTable final : public Table {
 public:
  /// Throws Error(resource).
  GpuTable(std::shared_ptr<Gpu> gpu, const TensorType& rows);
  void write(std::size_t begin, std::span<const std::byte> bytes) override;
  void* address() const { return memory_.get(); }

 private:
  std::shared_ptr<Gpu> gpu_;
  std::size_t size_;
  DeviceMemory memory_;
};

/// Whether rows of this type may be a table: kernels can index them, and they leave half of the free memory to steps.
bool keeps(const Gpu& gpu, const TensorType& rows);

}  // namespace gramstack::cudnn
