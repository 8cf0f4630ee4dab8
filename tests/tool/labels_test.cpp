// labels: accuracies by the number of labels, kept in a folder that later calls add to.
#include <doctest/doctest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "label_results.h"
#include "store.h"

using namespace gramstack::test;
using gramstack::tool::LabelResults;
using gramstack::tool::LabelSubject;

namespace {

const LabelSubject kSubject{"shapes", {"aa", "bb"}, 7, 4};

struct Folder {
  TemporaryFolder temporary;
  std::string pipeline = write_tiny(temporary.path(), 2).string();
  std::string at(const std::string& name) const { return (temporary.path() / name).string(); }
  std::string trained() const {
    const Outcome outcome = run_tool({"run", pipeline, "--out", at("run"), "-q"});
    REQUIRE(outcome.code == 0);
    return at("run");
  }
};

json labels_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "labels");
  arguments.insert(arguments.end(), {"--json", "-q"});
  const Outcome outcome = run_tool(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err == "");
  return json::parse(outcome.out);
}

void refuses(const std::vector<std::string>& arguments, int code, const std::string& message) {
  check_refused(run_tool(arguments), code, message);
}

LabelResults some_results(const std::filesystem::path& folder) {
  LabelResults results(folder, kSubject, 12);
  results.add({false, 1, 0, 4, 0, 0.75, 0.5});
  results.add({false, 1, 1, 4, 0, 0.85, 0.5});
  results.add({false, std::nullopt, 0, 160, 0, 0.9, 0.5});
  results.add({true, 1, 0, 4, 12, 0.3, 2});
  return results;
}

}  // namespace

TEST_CASE("tool: the table and the lines of label results") {
  const TemporaryFolder folder;
  const LabelResults results = some_results(folder.path());
  CHECK(results.table() ==
        "per class  labels  draws   output module  draws  end to end\n"
        "        1       4      2  80.00 % ± 7.07      1     30.00 %\n"
        "      all     160      1         90.00 %      -           -\n");
  CHECK(results.csv() ==
        "way,per_class,draw,labels,accuracy\n"
        "modules,1,0,4,0.75\n"
        "modules,1,1,4,0.85\n"
        "modules,all,0,160,0.9\n"
        "end-to-end,1,0,4,0.3\n");
  CHECK(json::parse(results.json()["summary"][1].dump()) ==
        json::parse(R"({"way": "modules", "per_class": "all", "labels": 160, "draws": 1,
      "mean": 0.9, "deviation": null, "least": 0.9, "most": 0.9})"));
  CHECK(results.svg().find(">output module on frozen features</text>") != std::string::npos);
  CHECK(results.svg().find(">end to end on the same labels</text>") != std::string::npos);
}

TEST_CASE("tool: label results are read back, but end-to-end ones of other epochs") {
  const TemporaryFolder folder;
  some_results(folder.path()).write();
  const LabelResults same(folder.path(), kSubject, 12), other(folder.path(), kSubject, 5);
  CHECK(same.table() == some_results(folder.path() / "none").table());
  CHECK(same.has(true, 1, 0));
  CHECK(other.has(false, 1, 1));
  CHECK_FALSE(other.has(true, 1, 0));
  CHECK_FALSE(other.has(false, 1, 2));
}

TEST_CASE("tool: labels trains the modules once, and adds draws to what is there") {
  const Folder folder;
  const std::string out = folder.at("out");
  const json first =
      labels_json({folder.pipeline, "--per-class", "2,1,all", "--seeds", "2", "--end-to-end", "1", "--out", out});
  REQUIRE(first["summary"].size() == 6);
  CHECK(first["results"].size() == 9);
  CHECK(first["summary"][0]["way"] == "modules");
  CHECK(first["summary"][0]["per_class"] == 1);
  CHECK(first["summary"][0]["labels"] == 4);
  CHECK(first["summary"][2]["per_class"] == "all");
  CHECK(first["summary"][2]["labels"] == 160);
  CHECK(first["summary"][3]["way"] == "end-to-end");
  CHECK(first["summary"][2]["mean"].get<double>() > 0.9);
  CHECK(first["summary"][5]["mean"].get<double>() > 0.5);

  const json report = json::parse(read_text(out + "/run/report.json"));
  CHECK(first["results"][0]["draw"] == 0);
  CHECK(first["results"][0]["accuracy"] == report["one_label_accuracy"]);

  const json second = labels_json({folder.pipeline, "--per-class", "1", "--seeds", "3", "--out", out});
  CHECK(second["results"].size() == 10);
  CHECK(second["results"][8] == first["results"][8]);
  CHECK(second["summary"][0]["draws"] == 3);
  CHECK(read_text(out + "/labels.csv").find("way,per_class,draw,labels,accuracy\nmodules,1,0,4,") == 0);
  CHECK(read_text(out + "/labels.svg").find("<svg xmlns=\"http://www.w3.org/2000/svg\"") == 0);
}

TEST_CASE("tool: labels of a finished run, in words") {
  const Folder folder;
  const std::string run = folder.trained();
  const Outcome outcome = run_tool({"labels", run, "--per-class", "1", "--seeds", "1"});
  CHECK(outcome.code == 0);
  CHECK(outcome.err.find("output module, 4 labels, 1 draws: ") == 0);
  CHECK(outcome.out.find("per class  labels  draws  output module\n        1       4      1  ") == 0);
  CHECK(outcome.out.find("\n\nwritten: labels.json, labels.csv, labels.svg in " + run + "/labels\n") !=
        std::string::npos);
}

TEST_CASE("tool: interrupted labels leave what is done") {
  const Folder folder;
  const std::string run = folder.trained();
  Tool tool(Invocation{
      {"labels", run, "--per-class", "1", "--seeds", "2", "--end-to-end", "1", "--baseline-epochs", "1000000"},
      {},
      {},
      {}});
  REQUIRE(tool.wait_for_error("output module, 4 labels, 2 draws: "));
  tool.signal(SIGINT);
  const Outcome outcome = tool.wait();
  CHECK(outcome.code == 130);
  CHECK(outcome.err.find("gramstack: error: interrupted; what is done is in " + run +
                         "/labels\n  the same command goes on\n") != std::string::npos);
  CHECK(json::parse(read_text(run + "/labels/labels.json"))["results"].size() == 2);
  CHECK(read_text(run + "/labels/labels.csv").find("\nmodules,1,1,4,") != std::string::npos);
}

TEST_CASE("tool: labels refuses counts that are none, or too many") {
  const Folder folder;
  refuses({"labels", folder.pipeline, "--per-class", "1,some"}, 2,
          "--per-class: 'some' is neither a number of labels from 1 nor 'all'\n  see: gramstack labels --help");
  refuses({"labels", folder.pipeline, "--per-class", "0"}, 2,
          "--per-class: '0' is neither a number of labels from 1 nor 'all'\n  see: gramstack labels --help");
  refuses({"labels", folder.pipeline, "--per-class", "41"}, 2,
          "--per-class: 41 labels of each class are wanted, but one class has only 40 training images that are not "
          "held out");
}

TEST_CASE("tool: labels refuses runs that it cannot use") {
  const Folder folder;
  const std::string run = folder.trained(), whole = folder.at("whole");
  refuses({"labels", run, "--set", "seed=2"}, 2, "--set changes a pipeline file, and " + run + " is a run folder");
  REQUIRE(run_tool({"run", folder.pipeline, "--end-to-end", "--out", whole, "-q"}).code == 0);
  refuses({"labels", whole}, 2, whole + " was trained end to end: labels wants modules that were trained in turn");
  const std::string out = folder.at("out");
  labels_json({run, "--per-class", "1", "--seeds", "1", "--out", out});
  REQUIRE(run_tool({"run", folder.pipeline, "--set", "seed=5", "--out", folder.at("other"), "-q"}).code == 0);
  refuses({"labels", folder.at("other"), "--out", out}, 2,
          out + "/labels.json is about other modules: name another folder with --out");
  write_text(out + "/labels.json", "{");
  const Outcome broken = run_tool({"labels", run, "--out", out});
  CHECK(broken.code == 6);
  CHECK(broken.err.find("gramstack: error: " + out + "/labels.json: it is damaged: ") == 0);
}
