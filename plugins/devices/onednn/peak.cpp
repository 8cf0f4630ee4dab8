#include "peak.h"

#include <algorithm>
#include <chrono>

#include "threads.h"
#if defined(__x86_64__)
#include "wide/wide.h"
#endif

namespace gramstack::onednn {

#if defined(__x86_64__)
double measure_peak(int threads) {
  const wide::Kernels* const kernels = wide::best();
  if (!kernels) return 0;
  constexpr std::int64_t kRounds = 200000;
  double best = 0;
  for (int i = 0; i < 20; ++i) {
    const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    parallel(threads, [&](int) { kernels->multiply_and_add(kRounds); });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    best = std::max(best, static_cast<double>(kRounds * kernels->operations_of_a_round) * threads / seconds);
  }
  return best;
}
#else
double measure_peak(int) { return 0; }
#endif

}  // namespace gramstack::onednn
