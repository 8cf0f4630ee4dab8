#include "cuda/transfers.h"

#include <cstring>

#include "cuda/check.h"

namespace gramstack::cudnn {
namespace {

/// Steps that copy whole batches of images are fewer ahead: pinned memory is dear.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

std::size_t block_bytes(std::size_t step_bytes) {
  return step_bytes * (step_bytes * kStepsAhead <= kMostBytes ? kStepsAhead : 2);
}

}  // namespace

Transfers::Transfers(cudaStream_t stream, std::size_t step_bytes)
    : stream_(stream), size_(block_bytes(step_bytes)), block_(allocate_host(size_)) {
  fetches_.reserve(kStepsAhead);
}

std::byte* Transfers::take(std::size_t bytes) {
  if (used_ + taken(bytes) > size_) wait();
  std::byte* piece = static_cast<std::byte*>(block_.get()) + used_;
  used_ += taken(bytes);
  return piece;
}

void Transfers::send(std::span<const std::byte> from, void* to) {
  std::byte* piece = take(from.size());
  std::memcpy(piece, from.data(), from.size());
  check(cudaMemcpyAsync(to, piece, from.size(), cudaMemcpyHostToDevice, stream_), "copying to the GPU");
}

void Transfers::fetch(const void* from, std::span<std::byte> to) {
  std::byte* piece = take(to.size());
  check(cudaMemcpyAsync(piece, from, to.size(), cudaMemcpyDeviceToHost, stream_), "copying from the GPU");
  fetches_.push_back({piece, to});
}

void Transfers::wait() {
  check(cudaStreamSynchronize(stream_), "a step");
  for (const Fetch& fetch : fetches_) std::memcpy(fetch.to.data(), fetch.from, fetch.to.size());
  fetches_.clear();
  used_ = 0;
}

}  // namespace gramstack::cudnn
