#include "signals.h"

#include <unistd.h>
#include <csignal>

namespace gramstack::tool {
namespace {

std::atomic<int> received_signal{0};
static_assert(std::atomic<int>::is_always_lock_free, "the handler may only touch lock-free atomics");

extern "C" void on_stop_signal(int signal) {
  if (received_signal.exchange(signal) != 0) _exit(128 + signal);
}

void set_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() { set_handler(on_stop_signal); }

StopSignals::~StopSignals() { set_handler(SIG_DFL); }

const std::atomic<int>* StopSignals::received() { return &received_signal; }

}  // namespace gramstack::tool
