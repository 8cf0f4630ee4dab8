#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace gramstack::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Nothing of the caller's environment that could change an outcome.
std::vector<std::string> environment_of(const Invocation& invocation) {
  std::map<std::string, std::string> all = {{"PATH", "/usr/bin:/bin"},
                                            {"HOME", "/nonexistent"},
                                            {"LC_ALL", "C.UTF-8"},
                                            {"XDG_DATA_DIRS", "/nonexistent"},
                                            {"OMP_NUM_THREADS", "1"}};
  for (const char* kept : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"})
    if (const char* value = std::getenv(kept)) all[kept] = value;
  for (const auto& [name, value] : invocation.environment) all[name] = value;
  std::vector<std::string> result;
  for (const auto& [name, value] : all) result.push_back(name + "=" + value);
  return result;
}

struct Pipe {
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  int ends[2] = {-1, -1};
};

}  // namespace

Tool::Tool(const Invocation& invocation) : store_(std::make_unique<TemporaryFolder>()) {
  Invocation with_store = invocation;
  with_store.environment.emplace("GRAMSTACK_STORE", (store_->path() / "modules").string());
  start(with_store);
}

Tool::~Tool() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  for (const int stream : {out_, err_})
    if (stream >= 0) close(stream);
}

void Tool::start(const Invocation& invocation) {
  std::vector<std::string> arguments = {GRAMSTACK_TEST_BINARY "/bin/gramstack"};
  arguments.insert(arguments.end(), invocation.arguments.begin(), invocation.arguments.end());
  std::vector<std::string> environment = environment_of(invocation);
  const std::vector<char*> argv = pointers(arguments), envp = pointers(environment);
  const Pipe out, err;
  child_ = fork();
  if (child_ == 0) {
    const int output = invocation.output.empty() ? out.ends[1] : open(invocation.output.c_str(), O_WRONLY);
    dup2(output, STDOUT_FILENO);
    dup2(err.ends[1], STDERR_FILENO);
    if (!invocation.folder.empty() && chdir(invocation.folder.c_str()) != 0) _exit(126);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(out.ends[1]);
  close(err.ends[1]);
  out_ = out.ends[0];
  err_ = err.ends[0];
}

void Tool::signal(int number) const { kill(child_, number); }

bool Tool::read_some(int timeout_milliseconds) {
  pollfd streams[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  if (poll(streams, 2, timeout_milliseconds) < 0) return true;
  char buffer[4096];
  for (const bool is_error : {false, true}) {
    int& stream = is_error ? err_ : out_;
    if (stream < 0 || streams[is_error].revents == 0) continue;
    const ssize_t count = read(stream, buffer, sizeof buffer);
    if (count > 0) {
      (is_error ? outcome_.err : outcome_.out).append(buffer, static_cast<std::size_t>(count));
    } else {
      close(stream);
      stream = -1;
    }
  }
  return out_ >= 0 || err_ >= 0;
}

bool Tool::wait_for_error(const std::string& text) {
  while (outcome_.err.find(text) == std::string::npos)
    if (err_ < 0 || !read_some(-1)) return outcome_.err.find(text) != std::string::npos;
  return true;
}

Outcome Tool::wait() {
  while (read_some(-1)) {
  }
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = -1;
  outcome_.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return outcome_;
}

Outcome run_tool(const Invocation& invocation) { return Tool(invocation).wait(); }

Outcome run_tool(const std::vector<std::string>& arguments) { return run_tool(Invocation{arguments, {}, {}, {}}); }

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "gramstack-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace gramstack::test
