// The one exception of the core, and the exit codes it carries to the command line.
#pragma once

#include <stdexcept>
#include <string>

namespace gramstack {

/// Process exit codes; the command line documents them.
enum class ExitCode : int {
  ok = 0,
  unexpected = 1,
  usage = 2,
  configuration = 3,
  plugin = 4,
  data = 5,
  file = 6,       ///< checkpoint or module file
  numerical = 7,  ///< NaN, divergence
  device = 8,     ///< device unavailable, or it declines a node
  resource = 9,   ///< disk or memory
  check = 10,     ///< a requested check failed
  interrupted = 130,
  terminated = 143,
};

/// Everything the core throws. `what()` is the whole message a user sees, without a trailing newline.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ~Error() override;  // in libgramstack_core: an exception may outlive the plugin that threw it
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// Thrown by a component that rejects one of its own parameters; the core adds file:line:column.
class BadParameter : public Error {
 public:
  BadParameter(std::string parameter, const std::string& message)
      : Error(ExitCode::configuration, message), parameter_(std::move(parameter)) {}
  ~BadParameter() override;
  const std::string& parameter() const { return parameter_; }

 private:
  std::string parameter_;
};

}  // namespace gramstack
