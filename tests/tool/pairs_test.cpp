// pairs: draws a file of pairs from labelled data, by which a pipeline is then trained.
#include <sstream>

#include "store.h"

using namespace gramstack::test;

namespace {

struct Drawn {
  std::size_t count = 0, wrong = 0, unordered = 0;
};

/// Image i of the tiny data is of class i % 4.
Drawn examine(const std::string& text) {
  std::istringstream lines(text);
  Drawn drawn;
  std::string line;
  std::getline(lines, line);
  long before = -1;
  while (std::getline(lines, line)) {
    int a = 0, b = 0;
    char relation[16] = {};
    REQUIRE(std::sscanf(line.c_str(), "%d,%d,%15s", &a, &b, relation) == 3);
    ++drawn.count;
    drawn.wrong += (a % 4 == b % 4) != (std::string(relation) == "same");
    drawn.unordered += a >= b || 1000L * a + b <= before;
    before = 1000L * a + b;
  }
  return drawn;
}

}  // namespace

TEST_CASE("tool: pairs draws as many different pairs as asked for, by the seed") {
  const Store store;
  const Outcome outcome = store.tool({"pairs", store.file, "--budget", "500"});
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err == "");
  CHECK(outcome.out.starts_with("# 500 of 19900 pairs of the 200 training images of 'tiny', drawn with seed 0\n"));
  const Drawn drawn = examine(outcome.out);
  CHECK(drawn.count == 500);
  CHECK(drawn.wrong == 0);
  CHECK(drawn.unordered == 0);
  CHECK(store.tool({"pairs", store.file, "--budget", "500"}).out == outcome.out);
  CHECK(store.tool({"pairs", store.file, "--budget", "500", "--seed", "1"}).out != outcome.out);
  CHECK(examine(store.tool({"pairs", store.file, "--budget", "10%"}).out).count == 1990);
}

TEST_CASE("tool: a pipeline is trained on the pairs of a file") {
  const Store store;
  const Outcome drawn = store.tool({"pairs", store.file, "--budget", "5%", "--out", "pairs.csv"});
  REQUIRE(drawn.code == 0);
  CHECK(drawn.out.starts_with("pairs.csv: 995 pairs, "));
  const json report = store.document({"run", store.file, "--set", "data.pairs=pairs.csv", "--out", store.at("run")});
  CHECK(report["modules"][0]["origin"] == "trained");
  CHECK(report["test_accuracy"] > 0.9);
  const json again = store.document({"run", store.file, "--set", "data.pairs=pairs.csv", "--out", store.at("again")});
  CHECK(again["modules"][0]["origin"] == "reused");
  CHECK(store.tool({"resume", store.at("run"), "-q"}).code == 0);
}

TEST_CASE("tool: what pairs refuses") {
  const Store store;
  CHECK(store.tool({"pairs", store.file}).code == 2);
  const auto complaint = [&](const std::string& budget) {
    const Outcome outcome = store.tool({"pairs", store.file, "--budget", budget});
    CHECK(outcome.code == 2);
    return outcome.err;
  };
  CHECK(complaint("many") == "gramstack: error: --budget wants a number of pairs or a share such as 1%, got many\n");
  CHECK(complaint("0") == "gramstack: error: --budget 0 is 0 pairs; it wants 1 to 9950, half of all\n");
  CHECK(complaint("60%") == "gramstack: error: --budget 60% is 11940 pairs; it wants 1 to 9950, half of all\n");
  const Outcome missing = store.tool({"check", store.file, "--set", "data.pairs=no.csv"});
  CHECK(missing.code == 5);
  CHECK(missing.err.find("no.csv") != std::string::npos);
}
