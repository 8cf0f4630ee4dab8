#include "plugin/probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>

#include "api/error.h"
#include "config/quote.h"
#include "plugin/plugin.h"

namespace gramstack {
namespace {

using Clock = std::chrono::steady_clock;

// What the child reports: a byte for each stage it enters, then a verdict; kRefused and kThrew are followed by a text.
constexpr char kLoading = 'L', kClosing = 'C', kGood = 'G', kRefused = 'R', kThrew = 'T';
constexpr std::size_t kLongestReport = 16384;
constexpr std::size_t kLongestNoise = 400;

class Pipe {
 public:
  explicit Pipe(int flags) {
    if (pipe2(ends_.data(), O_CLOEXEC | flags) != 0)
      throw Error(ExitCode::resource, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_writer() { close_end(1); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

// --- in the child

void report(int to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(to, text.data(), text.size());
    if (count < 0 && errno != EINTR) return;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// Signals kill the child again, whatever the program or its test framework does with them; no core file is left.
void restore_signals() {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_DUMPABLE, 0);
}

/// What the child reports to. A number that was free: the dynamic loader may go on writing to one of its own.
int reports_to = -1;

/// Puts stdin and stdout on /dev/null and stderr on `noise`; keeps `reports` and closes all other descriptors.
void isolate_descriptors(int noise, int reports) {
  const int null = open("/dev/null", O_RDWR), heard = fcntl(noise, F_DUPFD, 10);
  reports_to = fcntl(reports, F_DUPFD, 10);
  dup2(null, 0);
  dup2(null, 1);
  dup2(heard, 2);
  const unsigned kept = static_cast<unsigned>(reports_to);
  syscall(SYS_close_range, 3u, kept - 1, 0u);
  syscall(SYS_close_range, kept + 1, ~0u, 0u);
}

/// The terminate handler: says what a static constructor or destructor threw.
[[noreturn]] void report_exception() {
  try {
    if (std::current_exception()) throw;
    std::abort();
  } catch (const std::exception& error) {
    report(reports_to, fmt::format("{}{}", kThrew, error.what()));
  } catch (...) {
    report(reports_to, fmt::format("{}something that is not a std::exception", kThrew));
  }
  _exit(1);
}

[[noreturn]] void leave(int status, void*) { _exit(status); }

void try_out(const std::filesystem::path& file) {
  try {
    report(reports_to, {&kLoading, 1});
    {
      const Plugin plugin = load_plugin(file);
      if ((plugin.descriptor->flags & GRAMSTACK_KEEP_LOADED) != 0) plugin.library.keep_loaded();
      report(reports_to, {&kClosing, 1});
    }
    report(reports_to, {&kGood, 1});
  } catch (const Error& error) {
    report(reports_to, kRefused + std::string(error.what()).substr(0, kLongestReport - 8));
  } catch (...) {
    report(reports_to, fmt::format("{}cannot be loaded: threw an exception", kRefused));
  }
}

[[noreturn]] void child(const std::filesystem::path& file, int noise, int reports, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  setpgid(0, 0);
  restore_signals();
  isolate_descriptors(noise, reports);
  // A library that calls exit() must not run the program's own exit handlers, whose files and folders are not its.
  on_exit(leave, nullptr);
  std::set_terminate(report_exception);
  try_out(file);
  _exit(0);
}

// --- in the parent

/// Reads what is there; false at the end of the pipe.
bool drain(int from, std::string& text, std::size_t limit) {
  std::array<char, 4096> buffer{};
  const ssize_t count = read(from, buffer.data(), buffer.size());
  if (count > 0 && text.size() < limit) text.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && errno == EINTR);
}

void wait_readable(int from, std::chrono::milliseconds time) {
  pollfd wanted{from, POLLIN, 0};
  poll(&wanted, from >= 0 ? 1 : 0, static_cast<int>(time.count()));
}

bool readable(int from) {
  pollfd wanted{from, POLLIN, 0};
  return poll(&wanted, 1, 0) > 0;
}

/// Whether the child has ended; it stays a zombie, so that its number is not given away.
bool ended(pid_t child) {
  siginfo_t info{};
  const int result = waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
  return (result == 0 && info.si_pid == child) || (result != 0 && errno == ECHILD);
}

struct Ending {
  std::string reports;
  bool hung = false;
  int status = -1;  ///< as waitpid gives it; -1: unknown, the program ignores SIGCHLD
};

/// Ends what is left of the child, processes that it started included.
int reap(pid_t child) {
  int status = -1;
  kill(-child, SIGKILL);
  kill(child, SIGKILL);
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return status;
}

/// The end of the pipe alone means nothing: a library may close it and hang, or leave it to a process that it started.
Ending watch(pid_t child, int reports, std::chrono::milliseconds timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  Ending ending;
  bool open = true;
  while (!ended(child) && !ending.hung) {
    wait_readable(open ? reports : -1, std::chrono::milliseconds(open ? 20 : 1));
    if (open && readable(reports)) open = drain(reports, ending.reports, kLongestReport);
    ending.hung = Clock::now() >= deadline;
  }
  ending.status = reap(child);
  while (open && readable(reports)) open = drain(reports, ending.reports, kLongestReport);
  return ending;
}

struct Report {
  const char* stage;
  char outcome = '\0';  ///< kGood, kRefused, kThrew; zero: the child came to none
  std::string text;
};

Report read_report(std::string_view reports) {
  const std::size_t closing = reports.find(kClosing) == 1 ? 1 : 0;
  Report report{closing != 0 ? "while it was closed" : "while it was loaded", '\0', ""};
  reports.remove_prefix(std::min(reports.size(), 1 + closing));
  if (reports.empty()) return report;
  report.outcome = reports.front();
  report.text = reports.substr(1);
  return report;
}

std::string signal_name(int signal) {
  const char* const text = sigdescr_np(signal);
  std::string name = text == nullptr ? "unknown" : text;
  name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  return fmt::format("signal {}, {}", signal, name);
}

/// What the library wrote to stderr first, on one line, as the end of a message.
std::string last_words(int noise) {
  std::string text, line;
  drain(noise, text, kLongestNoise);
  for (const char c : text) {
    const bool space = c == '\n' || c == '\t' || c == ' ';
    if (!space || !line.ends_with(' ')) line += space ? ' ' : c;
  }
  while (line.ends_with(' ')) line.pop_back();
  return line.empty() ? "" : "; it wrote: " + printable(line, kLongestNoise);
}

std::string death(int status, const char* stage) {
  if (status == -1) return fmt::format("ended the process {}", stage);
  if (WIFSIGNALED(status)) return fmt::format("crashed {} ({})", stage, signal_name(WTERMSIG(status)));
  return fmt::format("ended the process {} (exit status {})", stage, WEXITSTATUS(status));
}

std::string verdict(const Ending& ending, std::chrono::milliseconds timeout, int noise) {
  const Report report = read_report(ending.reports);
  const double seconds = static_cast<double>(timeout.count()) / 1000;
  if (report.outcome == kGood) return "";
  if (report.outcome == kRefused) return report.text;
  if (report.outcome == kThrew)
    return fmt::format("threw an exception {}: {}", report.stage, printable(report.text, 1000));
  if (ending.hung) return fmt::format("hung {}: not done after {} s{}", report.stage, seconds, last_words(noise));
  return death(ending.status, report.stage) + last_words(noise);
}

}  // namespace

std::string probe(const std::filesystem::path& file, std::chrono::milliseconds timeout) {
  Pipe reports(0), noise(O_NONBLOCK);
  const pid_t parent = getpid();
  const pid_t process = fork();
  if (process < 0)
    throw Error(ExitCode::resource,
                fmt::format("cannot start a process to try out {}: {}", file.string(), std::strerror(errno)));
  if (process == 0) child(file, noise.writer(), reports.writer(), parent);
  reports.close_writer();
  noise.close_writer();
  return verdict(watch(process, reports.reader(), timeout), timeout, noise.reader());
}

}  // namespace gramstack
