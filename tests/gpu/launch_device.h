// The device cudnn without a GPU: its whole compiler, and its launch list run on the host, in the memory that its plan
// assigns. Kernels are the generated ones; convolutions, matrix products and copies are plain loops.
#pragma once

#include <memory>

#include "api/device.h"
#include "compiler/settings.h"

namespace gramstack::gpu_test {

std::unique_ptr<Device> make_launch_device(const cudnn::Settings& settings);

}  // namespace gramstack::gpu_test
