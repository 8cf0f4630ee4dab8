#include "signals.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using gramstack::tool::StopSignals;

namespace {

/// Exit code of a child that runs `body`; 128 + signal when a signal ended it.
template <class Body>
int child(Body body) {
  const pid_t pid = fork();
  if (pid == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("tool: the first signal is remembered, the second leaves at once") {
  CHECK(child([] {
          const StopSignals signals;
          raise(SIGTERM);
          _exit(*StopSignals::received() == SIGTERM ? 7 : 8);
        }) == 7);
  CHECK(child([] {
          const StopSignals signals;
          raise(SIGTERM);
          raise(SIGINT);
          _exit(8);
        }) == 130);
}

TEST_CASE("tool: signals end the program again when training is over") {
  CHECK(child([] {
          { const StopSignals signals; }
          raise(SIGINT);
          _exit(8);
        }) == 130);
}
