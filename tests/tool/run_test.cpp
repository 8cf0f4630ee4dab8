// run, resume, eval and predict, on a data set that is made here.
#include <doctest/doctest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "process.h"
#include "tiny.h"

using namespace gramstack::test;
using nlohmann::json;

namespace {

constexpr int kMany = 2000;  // epochs that take far longer than a signal

struct Folder {
  TemporaryFolder temporary;
  std::string at(const std::string& name) const { return (temporary.path() / name).string(); }
};

json run_json(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_tool(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return json::parse(outcome.out);
}

/// Every module file of a run, by its name: a hash of what is in it.
std::map<std::string, std::string> modules(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator(folder + "/modules"))
    files[entry.path().filename()] = read_text(entry.path());
  return files;
}

}  // namespace

TEST_CASE("tool: run --json trains and reports in one document") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), 5).string();
  const json report = run_json({"run", file, "--out", folder.at("run"), "--json", "-q"});
  CHECK(report["test_accuracy"].get<double>() > 0.9);
  CHECK(report["validation_accuracy"].get<double>() > 0.9);
  CHECK(report["one_label_accuracy"].is_number());
  CHECK(report["seconds"].get<double>() > 0);
  CHECK(report["folder"] == folder.at("run"));
  REQUIRE(report["modules"].size() == 2);
  const json& features = report["modules"][0];
  CHECK(features["name"] == "features");
  CHECK(features["value_name"] == "objective");
  CHECK(features["epochs"] == 5);
  CHECK(features["hash"].get<std::string>().size() == 64);
  CHECK(features["training_value"].get<double>() > 0.5);
  CHECK(features["peak_memory"].get<std::size_t>() > 0);
  CHECK(report["modules"][1]["value_name"] == "loss");
}

TEST_CASE("tool: a run without validation data reports null for it") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), 2).string();
  const json report = run_json({"run", file, "--set", "data.validation=0", "--out", folder.at("run"), "--json", "-q"});
  CHECK(report["validation_accuracy"].is_null());
  CHECK(report["modules"][0]["validation_value"].is_null());
}

TEST_CASE("tool: run prints a line an epoch on stderr, and a table on stdout") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), 2).string();
  const Outcome outcome = run_tool({"run", file, "--out", folder.at("run")});
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err.find("run folder: " + folder.at("run") + "\nfeatures: epoch 1/2, loss ") == 0);
  CHECK(outcome.err.find("\nclassifier: epoch 4/4, loss ") != std::string::npos);
  CHECK(outcome.err.find('\r') == std::string::npos);
  CHECK(outcome.out.find("module") == 0);
  CHECK(outcome.out.find("\ntest accuracy") != std::string::npos);
}

TEST_CASE("tool: -q leaves standard error empty") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), 1).string();
  CHECK(run_tool({"run", file, "--out", folder.at("run"), "-q"}).err == "");
}

TEST_CASE("tool: run folders are numbered by the first free number, under the working directory") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), 1).string();
  for (const char* expected : {"runs/tiny-1", "runs/tiny-2"}) {
    const Outcome outcome = run_tool(Invocation{{"run", file, "--json", "-q"}, folder.temporary.path(), {}, {}});
    REQUIRE(outcome.code == 0);
    CHECK(json::parse(outcome.out)["folder"] == expected);
    CHECK(std::filesystem::exists(folder.temporary.path() / expected / "manifest.json"));
  }
}

TEST_CASE("tool: an interrupted run exits with 130 and goes on to the same modules") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), kMany).string();
  run_json({"run", file, "--out", folder.at("whole"), "--json", "-q"});
  for (const int number : {SIGINT, SIGTERM}) {
    const std::string interrupted = folder.at("interrupted-" + std::to_string(number));
    Tool tool(Invocation{{"run", file, "--out", interrupted}, {}, {}, {}});
    REQUIRE(tool.wait_for_error("features: epoch 2/"));
    tool.signal(number);
    const Outcome outcome = tool.wait();
    CHECK(outcome.code == 128 + number);
    CHECK(outcome.out == "");
    CHECK(outcome.err.find("\n  go on with: gramstack resume " + interrupted + "\n") != std::string::npos);
    run_json({"resume", interrupted, "--json", "-q"});
    CHECK(modules(interrupted) == modules(folder.at("whole")));
  }
}

TEST_CASE("tool: a killed run goes on to the same modules") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), kMany).string();
  run_json({"run", file, "--out", folder.at("whole"), "--json", "-q"});
  Tool tool(Invocation{{"run", file, "--out", folder.at("killed")}, {}, {}, {}});
  REQUIRE(tool.wait_for_error("features: epoch 3/"));
  tool.signal(SIGKILL);
  CHECK(tool.wait().code == 128 + SIGKILL);
  run_json({"resume", folder.at("killed"), "--json", "-q"});
  CHECK(modules(folder.at("killed")) == modules(folder.at("whole")));
}

TEST_CASE("tool: resume of a finished run returns its report") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), 2).string();
  const json first = run_json({"run", file, "--out", folder.at("run"), "--json", "-q"});
  CHECK(run_json({"resume", folder.at("run"), "--json", "-q"}) == first);
}

TEST_CASE("tool: an end-to-end run is resumed end to end") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), 2).string();
  const json first = run_json({"run", file, "--end-to-end", "--out", folder.at("run"), "--json", "-q"});
  CHECK(first["one_label_accuracy"].is_null());
  CHECK(run_json({"resume", folder.at("run"), "--json", "-q"}) == first);
}

TEST_CASE("tool: folders that are no run folders") {
  const Folder folder;
  const Outcome outcome = run_tool({"resume", folder.at("nothing")});
  CHECK(outcome.code == 6);
  CHECK(outcome.err == "gramstack: error: " + folder.at("nothing") + " is not a run folder: it has no resolved.yaml\n");
}

TEST_CASE("tool: eval measures what run reported, and checks a bound") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), 5).string();
  const json report = run_json({"run", file, "--out", folder.at("run"), "--json", "-q"});
  const json test = run_json({"eval", folder.at("run"), "--json"});
  CHECK(test["accuracy"] == report["test_accuracy"]);
  CHECK(test["split"] == "test");
  std::int64_t images = 0;
  for (const json& row : test["confusion"])
    for (const json& count : row) images += count.get<std::int64_t>();
  CHECK(images == 80);
  CHECK(run_json({"eval", folder.at("run"), "--json", "--split", "train"})["accuracy"].get<double>() > 0.9);

  const Outcome words = run_tool({"eval", folder.at("run"), "--min-accuracy", "0.5"});
  CHECK(words.code == 0);
  CHECK(words.out.find("test accuracy ") == 0);
}

TEST_CASE("tool: eval exits with 10 below --min-accuracy") {
  const Folder folder;
  const std::string file = write_tiny(folder.temporary.path(), 1).string();
  const json report = run_json({"run", file, "--set", "stack.features.optimizer.lr=1e-9", "--set",
                                "stack.classifier.optimizer.lr=1e-9", "--out", folder.at("run"), "--json", "-q"});
  REQUIRE(report["test_accuracy"].get<double>() < 0.99);
  const Outcome outcome = run_tool({"eval", folder.at("run"), "--min-accuracy", "0.99"});
  CHECK(outcome.code == 10);
  CHECK(outcome.err.find("gramstack: check failed: accuracy 0.") == 0);
  CHECK(outcome.err.find(" is below --min-accuracy 0.99\n") != std::string::npos);
}
