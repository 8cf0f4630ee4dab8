#include <unistd.h>

#include <cstdlib>
#include <string>

#include "component.h"

namespace {

/// Dies in every process but the one that the environment names, if it names one: shows whether the host forked.
struct OneProcess {
  OneProcess() {
    const char* const process = std::getenv("GRAMSTACK_TEST_PROCESS");
    if (process != nullptr && process != std::to_string(getpid())) std::abort();
  }
} one_process;

}  // namespace

GRAMSTACK_PLUGIN("one_process", "0.1.0", gramstack::test::kPlain, 0u)
