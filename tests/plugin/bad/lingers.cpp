#include <unistd.h>

#include <cstdlib>
#include <string>

#include "component.h"

namespace {

/// Starts a process that holds all descriptors and never ends, unless it is in the process that the environment names.
struct Defect {
  Defect() {
    const char* const process = std::getenv("GRAMSTACK_TEST_PROCESS");
    if (process == nullptr || process == std::to_string(getpid())) return;
    if (fork() == 0)
      for (;;) pause();
  }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("lingers", "0.1.0", gramstack::test::kPlain, 0u)
