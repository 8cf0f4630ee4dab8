#include "wide.h"

#include <vector>

#include "tables.h"

namespace gramstack::wide {
namespace {

std::vector<const Kernels*> find_available() {
  std::vector<const Kernels*> found;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    found.push_back(&avx512::kKernels);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back(&avx2::kKernels);
  return found;
}

}  // namespace

std::span<const Kernels* const> available() {
  static const std::vector<const Kernels*> found = find_available();
  return found;
}

const Kernels* best() { return available().empty() ? nullptr : available().front(); }

}  // namespace gramstack::wide
