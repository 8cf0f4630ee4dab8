// Kernels from source to machine code by NVRTC, which needs no GPU; kept on disk by source, architecture and version.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace gramstack::cudnn {

struct KernelImage {
  std::string bytes;  ///< a cubin, or PTX that the driver translates
  std::string log;    ///< of the compiler, with registers and spills; empty when it came from the disk
};

/// `architecture`: "sm_90" gives machine code, "compute_90" PTX. Throws Error(device) with the compiler's log.
KernelImage compile_kernels(const std::string& text, const std::string& architecture);

/// The same by way of the user's cache folder. A folder that cannot be written costs the time of compiling only.
KernelImage cached_kernels(const std::string& text, const std::string& architecture,
                           const std::filesystem::path& folder);

/// ~/.cache/gramstack/cuda, or below XDG_CACHE_HOME.
std::filesystem::path kernel_cache();

/// "sm_XY" where NVRTC knows that processor, otherwise "compute_XY" of the newest older one.
std::string architecture_of(int major, int minor);

}  // namespace gramstack::cudnn
