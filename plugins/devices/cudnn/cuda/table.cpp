#include "cuda/table.h"

#include <fmt/format.h>

#include "api/error.h"
#include "cuda/check.h"

namespace gramstack::cudnn {

GpuTable::GpuTable(std::shared_ptr<Gpu> gpu, const TensorType& rows) : gpu_(std::move(gpu)), size_(rows.bytes()) {
  gpu_->use();
  memory_ = allocate_device(size_);
  if (!memory_)
    throw Error(ExitCode::resource,
                fmt::format("device cudnn: the GPU has too little memory for the examples, {} with {}", to_string(rows),
                            size_text(size_)));
}

void GpuTable::write(std::size_t begin, std::span<const std::byte> bytes) {
  if (begin + bytes.size() > size_)
    throw Error(ExitCode::unexpected, fmt::format("the table has {} bytes, got {} at {}", size_, bytes.size(), begin));
  gpu_->use();
  check(cudaMemcpyAsync(static_cast<std::byte*>(memory_.get()) + begin, bytes.data(), bytes.size(),
                        cudaMemcpyHostToDevice, gpu_->stream()),
        "copying examples");
  check(cudaStreamSynchronize(gpu_->stream()), "copying examples");
}

bool keeps(const Gpu& gpu, const TensorType& rows) {
  if (rows.type == DataType::f64 || rows.elements() > kMostElements) return false;
  std::size_t free = 0, total = 0;
  gpu.use();
  check(cudaMemGetInfo(&free, &total), "asking for free memory");
  return rows.bytes() <= free / 2;
}

}  // namespace gramstack::cudnn
