// Networks cut into modules, from the command line.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "process.h"
#include "tiny.h"

using namespace gramstack::test;
using nlohmann::json;

namespace {

json run_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "-q"});
  const Outcome outcome = run_tool(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return json::parse(outcome.out);
}

}  // namespace

TEST_CASE("tool: a module that is cut runs, is evaluated, timed and shown part by part") {
  const TemporaryFolder folder;
  const std::string file = write_tiny(folder.path(), 2).string(), run = (folder.path() / "run").string();
  const std::string cut = "stack.features.cut=[linear1]";
  const json report = run_json({"run", file, "--set", cut, "--set", "stack.features-2.epochs=3", "--out", run});
  REQUIRE(report["modules"].size() == 3);
  CHECK(report["modules"][0]["name"] == "features-1");
  CHECK(report["modules"][0]["epochs"] == 2);
  CHECK(report["modules"][1]["name"] == "features-2");
  CHECK(report["modules"][1]["epochs"] == 3);
  CHECK(run_json({"eval", run})["accuracy"] == report["test_accuracy"]);
  CHECK(run_json({"bench", file, "--set", cut, "--module", "features-2", "--batch", "10", "--steps", "1"})["batch"] ==
        10);
  const std::string graph = run_tool({"graph", file, "--set", cut, "--module", "features-2"}).out;
  CHECK(graph.find("features-2/linear2/weight") != std::string::npos);
  CHECK(graph.find("features-2/linear1") == std::string::npos);
}

TEST_CASE("tool: a part can come from a stored module, the others are trained on it to the same bytes") {
  const TemporaryFolder folder;
  const std::string file = write_tiny(folder.path(), 2).string();
  const json first =
      run_json({"run", file, "--set", "stack.features.cut=[linear1]", "--out", folder.path() / "first", "--no-reuse"});
  const std::string stored = std::filesystem::absolute(first["modules"][0]["file"].get<std::string>());
  const json again = run_json({"run", file, "--set", "stack.features.cut=[{at: linear1, from: \"" + stored + "\"}]",
                               "--out", folder.path() / "again", "--no-reuse"});
  for (const std::size_t m : {0u, 1u, 2u}) CHECK(again["modules"][m]["hash"] == first["modules"][m]["hash"]);
  CHECK(again["modules"][0]["origin"] == "given");
  CHECK(again["modules"][1]["origin"] == "trained");
}

TEST_CASE("tool: the help of a backbone names its cut points") {
  CHECK(run_tool({"help", "backbone/lenet5"})
            .out.find("\ncut points, with these defaults:\n  conv1, conv2, fc1, fc2\n") != std::string::npos);
  CHECK(run_json({"help", "backbone/quick-net"})["cuts"] == json({"whitening", "group1", "group2", "group3"}));
  CHECK(run_json({"help", "backbone/mlp"})["cuts"] == json::array());
  CHECK_FALSE(run_json({"help", "kernel/relu"}).contains("cuts"));
}
