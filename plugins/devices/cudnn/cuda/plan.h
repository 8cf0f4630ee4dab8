// Pass "plan" where there is a GPU: the launch list bound to memory and recorded as one CUDA graph.
#pragma once

#include <memory>

#include "api/device.h"
#include "compiler/compile.h"
#include "cuda/gpu.h"

namespace gramstack::cudnn {

/// `options`: those that it was compiled with, whose tables and plan are of this device. Throws Error(resource) when
/// the GPU has too little memory.
std::unique_ptr<Plan> make_plan(Compiled compiled, std::shared_ptr<Gpu> gpu, bool search,
                                const CompileOptions& options);

/// Throws Error(device): what is for a GPU that is not here is only shown.
[[noreturn]] void refuse_to_run(const std::string& architecture);

/// For a GPU that is not here: memory() answers, all else is refuse_to_run().
std::unique_ptr<Plan> make_described_plan(const Compiled& compiled, std::string architecture);

/// Numbers of a [n,c,h,w] tensor from row-major to [n,h,w,c] and back; `bytes` a number.
void to_channels_last(const Shape& shape, std::size_t bytes, const std::byte* from, std::byte* to);
void from_channels_last(const Shape& shape, std::size_t bytes, const std::byte* from, std::byte* to);

}  // namespace gramstack::cudnn
