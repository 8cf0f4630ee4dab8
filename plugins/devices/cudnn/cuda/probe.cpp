#include "cuda/probe.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <cstdlib>

namespace gramstack::cudnn {
namespace {

constexpr int kLeastMajor = 8;  // compute capability: bf16 and asynchronous copies

std::string version(int number) { return fmt::format("{}.{}", number / 1000, number % 1000 / 10); }

/// The first driver that supports the runtime.
const char* driver_name() { return CUDART_VERSION >= 13000 ? "580" : "525"; }

std::string needs() {
  return fmt::format(
      "\n  it needs an NVIDIA GPU of compute capability {}.0 or newer and a driver that supports CUDA {} ({} or newer)"
      "\n  to train on the CPU: device: {{type: onednn}}",
      kLeastMajor, version(CUDART_VERSION / 1000 * 1000), driver_name());
}

std::string found(const Probe& probe) {
  if (probe.driver == 0) return "no NVIDIA driver is installed";
  if (probe.driver < CUDART_VERSION / 1000 * 1000)
    return fmt::format("the NVIDIA driver is too old: it supports CUDA {}", version(probe.driver));
  const std::string limit = probe.is_limited ? fmt::format(" (CUDA_VISIBLE_DEVICES is \"{}\")", probe.visible) : "";
  if (probe.gpus == 0)
    return fmt::format("the NVIDIA driver shows no GPU{}{}", limit, probe.error.empty() ? "" : ": " + probe.error);
  if (probe.index >= probe.gpus)
    return fmt::format("there is no GPU {}: the NVIDIA driver shows {}, counted from 0{}", probe.index, probe.gpus,
                       limit);
  if (probe.major < kLeastMajor)
    return fmt::format("GPU {}, {}, is of compute capability {}.{}", probe.index, probe.name, probe.major, probe.minor);
  return {};
}

}  // namespace

Probe probe(int index) {
  Probe made;
  made.index = index;
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) made.visible = visible, made.is_limited = true;
  if (cudaDriverGetVersion(&made.driver) != cudaSuccess || made.driver == 0) return made;
  const cudaError_t counted = cudaGetDeviceCount(&made.gpus);
  if (counted != cudaSuccess) {
    made.gpus = 0;
    if (counted != cudaErrorNoDevice) made.error = cudaGetErrorString(counted);
    cudaGetLastError();
  }
  cudaDeviceProp properties{};
  if (index >= made.gpus || cudaGetDeviceProperties(&properties, index) != cudaSuccess) return made;
  made.name = properties.name;
  made.major = properties.major;
  made.minor = properties.minor;
  made.processors = properties.multiProcessorCount;
  return made;
}

std::string complaint(const Probe& probe) {
  const std::string what = found(probe);
  return what.empty() ? what : what + needs();
}

}  // namespace gramstack::cudnn
