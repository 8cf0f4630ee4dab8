// Tensors between host and GPU in the order of a stream that nobody waits for.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <span>
#include <vector>

#include "cuda/memory.h"

namespace gramstack::cudnn {

/// Steps that may be under way while the host prepares further ones.
inline constexpr std::size_t kStepsAhead = 16;

/// One block of pinned memory, which copies take piece by piece and give back together by wait().
class Transfers {
 public:
  /// `step_bytes`: what a step moves. Throws Error(resource).
  Transfers(cudaStream_t stream, std::size_t step_bytes);

  /// What a copy takes of the block.
  static constexpr std::size_t taken(std::size_t bytes) { return (bytes + 15) / 16 * 16; }

  /// Waits only where the copies since the last wait() fill the block.
  void send(std::span<const std::byte> from, void* to);
  /// `to` is filled by wait().
  void fetch(const void* from, std::span<std::byte> to);
  void wait();

 private:
  struct Fetch {
    const std::byte* from = nullptr;
    std::span<std::byte> to;
  };
  std::byte* take(std::size_t bytes);

  cudaStream_t stream_;
  std::size_t size_, used_ = 0;
  HostMemory block_;
  std::vector<Fetch> fetches_;
};

}  // namespace gramstack::cudnn
