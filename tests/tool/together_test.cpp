// Hidden modules trained at once, from the command line.
#include "store.h"

using namespace gramstack::test;

TEST_CASE("tool: the parts of a module are trained together, evaluated, planned and reported") {
  const Store store;
  const std::vector<std::string> both{"--set", "stack.features.cut=[linear1]", "--set", "schedule=together"};
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), both.begin(), both.end());
    return arguments;
  };
  const json report = store.document(with({"run", store.file, "--out", store.at("run")}));
  CHECK(report["modules"].size() == 3);
  CHECK(report["test_accuracy"] > 0.9);
  CHECK(store.document({"eval", store.at("run")})["accuracy"] == report["test_accuracy"]);
  const auto shown = [&](std::size_t module) {
    return store.tool({"modules", "show", report["modules"][module]["hash"]})
               .out.find("trained together with the other") != std::string::npos;
  };
  CHECK(shown(0));
  CHECK(shown(1));
  CHECK_FALSE(shown(2));
  CHECK(store.tool(with({"run", store.file, "--plan"})).out.find("train") == std::string::npos);
  const std::string rerun = store.tool(with({"run", store.file, "--plan", "--set", "stack.features-2.average={}"})).out;
  CHECK(rerun.find("features-1  train        'average: none' then, 'average:' now\n") != std::string::npos);
  REQUIRE(store.tool({"report", store.at("run")}).code == 0);
  CHECK(read_text(store.at("run") + "/report.html").find("hidden modules trained together") != std::string::npos);
  REQUIRE(store.tool({"pairs", store.file, "--budget", "5%", "--out", store.at("pairs.csv")}).code == 0);
  const json known =
      store.document(with({"run", store.file, "--set", "data.pairs=pairs.csv", "--out", store.at("known")}));
  CHECK(known["modules"][1]["origin"] == "trained");
  CHECK(known["test_accuracy"] > 0.8);
  const json step =
      store.document(with({"bench", store.file, "--module", "features-2", "--steps", "1", "--batch", "10"}));
  CHECK(step["batch"] == 10);
  CHECK(step["module"] == "together");
}
