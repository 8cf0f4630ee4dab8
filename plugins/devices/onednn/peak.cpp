#include "peak.h"

#include <algorithm>
#include <chrono>

#include "threads.h"
#if defined(__x86_64__)
#include "peak_loop.h"
#endif

namespace gramstack::onednn {

#if defined(__x86_64__)
double measure_peak(int threads) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  constexpr std::int64_t kRounds = 200000;
  double best = 0;
  for (int i = 0; i < 20; ++i) {
    const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    parallel(threads, [](int) { multiply_and_add(kRounds); });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    best = std::max(best, static_cast<double>(kRounds * kOperationsOfARound) * threads / seconds);
  }
  return best;
}
#else
double measure_peak(int) { return 0; }
#endif

}  // namespace gramstack::onednn
