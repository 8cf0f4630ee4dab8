// A folder with the tiny pipeline and a module store that all tools run in it share.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.h"
#include "tiny.h"

namespace gramstack::test {

using nlohmann::json;

struct Store {
  TemporaryFolder temporary;
  std::string file = write_tiny(temporary.path(), 2).string();

  std::string at(const std::string& name) const { return (temporary.path() / name).string(); }
  Outcome tool(std::vector<std::string> arguments) const {
    return run_tool(Invocation{std::move(arguments), temporary.path(), {{"GRAMSTACK_STORE", at("store")}}, {}});
  }
  json document(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--json", "-q"});
    const Outcome outcome = tool(std::move(arguments));
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return json::parse(outcome.out);
  }
  /// The hashes of the tiny pipeline's modules.
  std::vector<std::string> train(const std::string& name) const {
    std::vector<std::string> hashes;
    const json report = document({"run", file, "--out", at(name)});
    for (const json& module : report["modules"]) hashes.push_back(module["hash"].get<std::string>());
    return hashes;
  }
  std::string named(std::string text) const {
    const std::string folder = temporary.path().string();
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder))
      text.replace(at, folder.size(), "DIR");
    return text;
  }
};

/// Checks that a tool said nothing but this error.
inline void check_refused(const Outcome& outcome, int code, const std::string& message) {
  CHECK(outcome.code == code);
  CHECK(outcome.out == "");
  CHECK(outcome.err == "gramstack: error: " + message + "\n");
}

inline std::string head(const std::string& hash) { return hash.substr(0, 12); }  ///< as tables show it

}  // namespace gramstack::test
