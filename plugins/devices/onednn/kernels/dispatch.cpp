#include "kernels/table.h"

#if defined(__x86_64__)
#include "wide/wide.h"
#endif

namespace gramstack::onednn {

const Kernels& kernels() {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (fast) return avx2::kKernels;
#endif
  return baseline::kKernels;
}

const char* instruction_set() {
#if defined(__x86_64__)
  if (const wide::Kernels* own = wide::best()) return own->instruction_set;
#endif
  return kernels().instruction_set;
}

const Elementwise* find_elementwise(std::string_view name) {
  for (const Elementwise& row : kernels().elementwise)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace gramstack::onednn
