// report: one page, read by an XML parser that is not ours.
#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "process.h"
#include "tiny.h"

using namespace gramstack::test;
using nlohmann::json;

namespace {

struct Folder {
  TemporaryFolder temporary;
  std::string pipeline = write_tiny(temporary.path(), 3).string();
  std::string at(const std::string& name) const { return (temporary.path() / name).string(); }
  std::string trained(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"run", pipeline, "--out", at("run"), "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_tool(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return at("run");
  }
};

/// What Python's parser finds in a page: headings, names of charts, counts of elements, attributes that load something.
constexpr const char* kScript = R"(
import json, sys, xml.etree.ElementTree as tree
page = tree.parse(sys.argv[1]).getroot()
text = lambda name: ["".join(e.itertext()) for e in page.iter(name)]
json.dump({
    "headings": text("h1") + text("h2"),
    "tiles": ["".join(e.itertext()) for e in page.iter("div") if e.get("class") == "tile"],
    "charts": [e.get("aria-label") for e in page.iter("svg")],
    "images": [e.get("href")[:22] for e in page.iter("image")],
    "rows": [[c.text for c in r] for r in page.iter("tr")],
    "loads": [e.tag for e in page.iter() if e.get("src") or e.tag in ("link", "script")],
}, open(sys.argv[2], "w"))
)";

json parsed(const Folder& folder, const std::string& page) {
  write_text(folder.at("parse.py"), kScript);
  const std::string command = "python3 " + folder.at("parse.py") + " " + page + " " + folder.at("parsed.json");
  REQUIRE(std::system(command.c_str()) == 0);
  return json::parse(read_text(folder.at("parsed.json")));
}

}  // namespace

TEST_CASE("tool: a report is one page with every chart of a run") {
  const Folder folder;
  const std::string run = folder.trained();
  const Outcome outcome = run_tool({"report", run, "--images", "40"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out == run + "/report.html\n");
  const json page = parsed(folder, run + "/report.html");
  CHECK(page["headings"] ==
        json{"tiny", "Hidden module features", "Learning curves", "Confusion matrix", "Provenance"});
  CHECK(page["charts"] == json{"before training", "after training", "ideal", "Eigenvalues of the Gram matrix",
                               "before training", "after training", "before training", "after training",
                               "features: training loss", "features: objective on held-out images",
                               "classifier: training loss", "classifier: accuracy on held-out images",
                               "Test images by true and predicted class"});
  CHECK(page["images"] == json{"data:image/png;base64,", "data:image/png;base64,", "data:image/png;base64,"});
  CHECK(page["loads"] == json::array());
  const std::string text = read_text(run + "/report.html");
  CHECK(text.find("http") == std::string::npos);
  CHECK(text.find("prefers-color-scheme:dark") != std::string::npos);
  REQUIRE(page["rows"].size() == 3);
  const json report = json::parse(read_text(run + "/report.json"));
  CHECK(page["rows"][1][0] == "features");
  CHECK(page["rows"][1][1] == report["modules"][0]["hash"].get<std::string>().substr(0, 12));
  REQUIRE(page["tiles"].size() == 4);
  CHECK(page["tiles"][0].get<std::string>().find("test accuracy") != std::string::npos);
}

TEST_CASE("tool: the numbers of a report") {
  const Folder folder;
  const std::string run = folder.trained();
  const Outcome outcome = run_tool({"report", run, "--images", "40", "--out", folder.at("page.html"), "--json"});
  REQUIRE(outcome.code == 0);
  const json numbers = json::parse(outcome.out);
  CHECK(numbers["file"] == folder.at("page.html"));
  CHECK(numbers["images"] == 40);
  CHECK(numbers["test_accuracy"] == json::parse(read_text(run + "/report.json"))["test_accuracy"]);
  const json &hidden = numbers["hidden"][0], &before = hidden["before"], &after = hidden["after"];
  CHECK(hidden["module"] == "features");
  CHECK(after["alignment"].get<double>() > before["alignment"].get<double>() + 0.1);
  REQUIRE(after["eigenvalues"].size() == 40);
  double trace = 0;
  for (const json& value : after["eigenvalues"]) trace += value.get<double>();
  CHECK(trace == doctest::Approx(40).epsilon(1e-4));
  const json& means = after["class_pair_means"];
  REQUIRE(means.size() == 16);
  CHECK(means[0].get<double>() > means[1].get<double>());
  CHECK(means[1] == means[4]);
}

TEST_CASE("tool: a report of an end-to-end run") {
  const Folder folder;
  const std::string run = folder.trained({"--end-to-end"});
  REQUIRE(run_tool({"report", run, "--images", "8"}).code == 0);
  const json page = parsed(folder, run + "/report.html");
  CHECK(page["tiles"].size() == 3);
  CHECK(page["charts"][8] == "end-to-end: training loss");
}

TEST_CASE("tool: report refuses what is no finished run, and files that it cannot write") {
  const Folder folder;
  const std::string run = folder.trained();
  const Outcome nothing = run_tool({"report", folder.at("nothing")});
  CHECK(nothing.code == 6);
  CHECK(nothing.err == "gramstack: error: " + folder.at("nothing") + " is not a run folder: it has no resolved.yaml\n");
  const Outcome over = run_tool({"report", run, "--out", folder.at("run")});
  CHECK(over.code == 2);
  CHECK(over.err == "gramstack: error: --out: " + run + " is a folder; name a file in it\n");
  write_text(run + "/metrics.jsonl", "{\"module\": 3}\n");
  const Outcome damaged = run_tool({"report", run});
  CHECK(damaged.code == 6);
  CHECK(damaged.err.find("gramstack: error: " + run + "/metrics.jsonl: it is damaged: ") == 0);
  std::filesystem::remove(run + "/report.json");
  const Outcome unfinished = run_tool({"report", run});
  CHECK(unfinished.code == 6);
  CHECK(unfinished.err == "gramstack: error: " + run + " holds no finished run: it has no report.json\n");
}
