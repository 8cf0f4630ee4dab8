// What all verbs share: the global options, the plugins, and the ways out (data on stdout, everything else on stderr).
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.h"
#include "plugin/registry.h"

namespace gramstack::tool {

struct GlobalOptions {
  std::vector<std::string> plugin_path, data_path;
  std::string store;
  bool json = false;
  bool quiet = false;
};

class Context {
 public:
  GlobalOptions options;
  /// Loads the plugins when first asked.
  const Registry& registry();
  /// The module store's folder. Throws Error(usage) when neither an option nor the environment says where it is.
  std::filesystem::path store() const;

 private:
  std::unique_ptr<Registry> registry_;
};

/// Thrown for a command line that cannot be understood; exit code 2.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

void print(std::string_view text);             ///< to stdout
void print_json(const nlohmann::json& value);  ///< one indented document to stdout; numbers that are not finite: null
void note(const Context& context, std::string_view text);  ///< a line to stderr, unless -q

std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace gramstack::tool
