// The tool as its users meet it: a child process with its own streams.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gramstack::test {

struct Invocation {
  std::vector<std::string> arguments;
  std::filesystem::path folder;                    ///< working directory; empty: the test's own
  std::map<std::string, std::string> environment;  ///< added to a small fixed one
  std::filesystem::path output;                    ///< a file for standard output, instead of Outcome::out
};

struct Outcome {
  int code = -1;  ///< exit code; 128 + signal when a signal ended it
  std::string out, err;
};

class TemporaryFolder;

/// A running tool. Killed, if it still runs, when this ends. It has an empty module store of its own, which goes with
/// this, unless the environment names one.
class Tool {
 public:
  explicit Tool(const Invocation& invocation);
  ~Tool();
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;
  void signal(int number) const;
  /// Reads standard error until `text` was seen; false when the tool closed it before.
  bool wait_for_error(const std::string& text);
  Outcome wait();

 private:
  void start(const Invocation& invocation);
  bool read_some(int timeout_milliseconds);
  std::unique_ptr<TemporaryFolder> store_;
  pid_t child_ = -1;
  int out_ = -1, err_ = -1;
  Outcome outcome_;
};

Outcome run_tool(const Invocation& invocation);
Outcome run_tool(const std::vector<std::string>& arguments);

/// A folder of its own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& text);

}  // namespace gramstack::test
