#include <unistd.h>

#include <cstdlib>
#include <string>

#include "component.h"

namespace {

/// Starts a process that holds all descriptors and outlives it by a minute, unless it is in the process that the
/// environment names.
struct Defect {
  Defect() {
    const char* const process = std::getenv("GRAMSTACK_TEST_PROCESS");
    if (process == nullptr || process == std::to_string(getpid())) return;
    if (fork() != 0) return;
    alarm(60);  // longer than any load may take: a test program's own readers are not kept waiting for ever
    for (;;) pause();
  }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("lingers", "0.1.0", gramstack::test::kPlain, 0u)
