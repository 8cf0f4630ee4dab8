#include "api/device.h"

#include <chrono>

#include "api/error.h"

namespace gramstack {

void Plan::run_timed(const Timed& timed) {
  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  run();
  timed("step", std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

std::shared_ptr<Table> Device::make_table(const TensorType&) {
  throw Error(ExitCode::unexpected, describe() + ": the device keeps no tables");
}

}  // namespace gramstack
