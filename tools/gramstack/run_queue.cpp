#include "run_queue.h"

#include <filesystem>
#include <fstream>

namespace gramstack::tool {

// /proc/self/task/N/schedstat: nanoseconds on a processor, nanoseconds on the run queue, time slices.
double seconds_on_run_queue() {
  std::error_code error;
  double nanoseconds = 0;
  for (const std::filesystem::directory_entry& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream file(task.path() / "schedstat");
    double running = 0, waiting = 0;
    if (file >> running >> waiting) nanoseconds += waiting;
  }
  return nanoseconds * 1e-9;
}

}  // namespace gramstack::tool
