#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "process.h"
#include "tiny.h"

using namespace gramstack::test;

namespace {

/// Two runs of a tiny pipeline: one that learned, one that hardly did; and a store of their own.
class Runs {
 public:
  Runs() : file_(write_tiny(folder_.path(), 6)) {
    REQUIRE(run("learned", {}).code == 0);
    REQUIRE(run("lazy", {"--set", "stack.features.epochs=1", "--set", "stack.features.optimizer.lr=1e-6"}).code == 0);
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  Outcome transfer(std::vector<std::string> more) const {
    more.insert(more.begin(), {"transfer", "--task", file_.string(), "--store", path("store")});
    return run_tool(more);
  }
  nlohmann::json ranking(std::vector<std::string> more) const {
    more.push_back("--json");
    const Outcome outcome = transfer(more);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return nlohmann::json::parse(outcome.out);
  }
  nlohmann::json report(const std::string& name) const {
    return nlohmann::json::parse(read_text(folder_.path() / name / "report.json"));
  }

 private:
  Outcome run(const std::string& name, std::vector<std::string> more) const {
    more.insert(more.begin(), {"run", file_.string(), "--out", path(name), "--store", path("store"), "-q"});
    return run_tool(more);
  }

  TemporaryFolder folder_;
  std::filesystem::path file_;
};

}  // namespace

TEST_CASE("tool: transfer ranks runs, files and hashes by the objective on the task's images") {
  const Runs runs;
  const nlohmann::json report = runs.report("learned");
  const nlohmann::json& module = report["modules"][0];
  const nlohmann::json modules = runs.ranking({"--modules", runs.path("lazy"), runs.path("learned")})["modules"];
  REQUIRE(modules.size() == 2);
  CHECK(modules[0]["name"] == "learned");
  CHECK(modules[0]["trained_as"] == "features");
  CHECK(modules[0]["hash"] == module["hash"]);
  CHECK(modules[0]["estimates"][0]["name"] == "kernel-dimension-reduction");
  CHECK(modules[0]["estimates"][0]["value"] > modules[1]["estimates"][0]["value"]);
  CHECK_FALSE(modules[0].contains("accuracy"));
  const std::string file = runs.path("learned") + "/modules/" + module["hash"].get<std::string>() + ".safetensors";
  const nlohmann::json by_file = runs.ranking({"--modules", file})["modules"];
  CHECK(by_file[0]["estimates"] == modules[0]["estimates"]);
}

TEST_CASE("tool: transfer validates its ranking by training output modules") {
  const Runs runs;
  const nlohmann::json json = runs.ranking(
      {"--modules", runs.path("lazy"), runs.path("learned"), "--validate", "--loss", "alignment, contrastive"});
  const nlohmann::json& modules = json["modules"];
  CHECK(modules[0]["accuracy"] == doctest::Approx(runs.report("learned")["test_accuracy"].get<double>()).epsilon(0.03));
  CHECK(modules[0]["accuracy"] > modules[1]["accuracy"]);
  std::vector<std::string> names;
  for (const nlohmann::json& agreement : json["agreement"]) names.push_back(agreement["name"]);
  CHECK(names == std::vector<std::string>{"alignment", "contrastive", "h-score", "regularized-h-score", "log-me",
                                          "nearest-neighbors"});
  CHECK(json["agreement"][0]["kendall_tau"] == 1);
  CHECK(json["agreement"][0]["weighted_tau"] == 1);
}

TEST_CASE("tool: transfer on a task of some classes") {
  const Runs runs;
  const Outcome outcome = runs.transfer({"--modules", runs.path("learned"), "--set", "data.classes=[3, 1]", "-q"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out.starts_with("module   trained as  kernel-dimension-reduction  95 % interval"));
  CHECK(outcome.err == "");
}

TEST_CASE("tool: transfer refuses what is no module") {
  const Runs runs;
  Outcome outcome = runs.transfer({"--modules", "abcdef"});
  CHECK(outcome.code == 6);
  CHECK(outcome.err.find("abcdef") != std::string::npos);
  outcome = runs.transfer({"--modules", runs.path("data")});
  CHECK(outcome.code == 6);
  CHECK(outcome.err == "gramstack: error: " + runs.path("data") + " holds no finished run: it has no report.json\n");
  outcome = runs.transfer({"--store", runs.path("empty")});
  CHECK(outcome.code == 2);
  outcome = runs.transfer({"--modules", runs.path("learned"), "--loss", "hinge"});
  CHECK(outcome.code == 3);
  CHECK(outcome.err == "gramstack: error: --loss: loss 'hinge' is one of output modules; a pairwise one is wanted\n");
}

TEST_CASE("tool: a study trains a module for every pair of classes and compares them all") {
  const TemporaryFolder folder;
  const std::filesystem::path file = write_tiny(folder.path(), 2);
  const std::filesystem::path out = folder.path() / "study";
  const std::vector<std::string> arguments{"study", file, "--classes", "0,1,3", "--out", out, "-q", "--json"};
  const Outcome outcome = run_tool(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  CHECK(json["tasks"] == std::vector<std::string>{"0-1", "0-3", "1-3"});
  CHECK(json["estimators"][0]["name"] == "kernel-dimension-reduction");
  CHECK(json["estimators"][0]["values"].size() == 3);
  CHECK(json["estimators"][0]["weighted_tau"].size() == 3);
  const double own = json["accuracy"][1][1];
  CHECK(own == nlohmann::json::parse(read_text(out / "runs/0-3/report.json"))["test_accuracy"]);
  for (const char* picture : {"objective.svg", "accuracy.svg", "tasks.svg"}) {
    CAPTURE(picture);
    CHECK(read_text(out / picture).find("1-3") != std::string::npos);
  }
  CHECK(nlohmann::json::parse(read_text(out / "study.json")) == json);
  CHECK(run_tool(arguments).out == outcome.out);  // on the finished runs
  CHECK(run_tool({"study", file, "--classes", "0,1", "--out", out}).err ==
        "gramstack: error: --classes names 2; at least 3 make several pairs\n");
}
