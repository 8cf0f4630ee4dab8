#include "api/device.h"

#include <chrono>

namespace gramstack {

void Plan::run_timed(const Timed& timed) {
  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  run();
  timed("step", std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

}  // namespace gramstack
