// compare: the first steps of one training, done in two ways.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "store.h"

using namespace gramstack::test;

namespace {

struct Compared : Store {
  static std::vector<std::string> whole(const std::string& file, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"compare", file});
    return arguments;
  }
  Outcome compare(std::vector<std::string> arguments) const {
    arguments.push_back("--quiet");
    return tool(whole(file, std::move(arguments)));
  }
  json comparison(std::vector<std::string> arguments) const { return document(whole(file, std::move(arguments))); }
};

}  // namespace

TEST_CASE("tool: compare finds no difference between a training and itself") {
  const Compared tiny;
  const json result =
      tiny.comparison({"--against", "device={type: onednn}", "--set", "device={type: onednn}", "--steps", "7"});
  CHECK(result["module"] == "features");
  CHECK(result["batch"] == 20);
  CHECK(result["losses"].size() == 7);
  CHECK(result["losses"] == result["against"]);
  CHECK(result["largest_difference"] == 0);
  CHECK(result["weights"] == 0);
}

TEST_CASE("tool: compare measures how far two devices come apart") {
  const Compared tiny;
  const json result = tiny.comparison(
      {"--end-to-end", "--set", "device={type: onednn}", "--against", "device={type: reference}", "--steps", "30"});
  CHECK(result["module"] == "end-to-end");
  REQUIRE(result["losses"].size() == 30);
  double largest = 0, loss = 0;
  for (std::size_t i = 0; i < 30; ++i) loss = std::max(loss, std::abs(result["against"][i].get<double>()));
  for (std::size_t i = 0; i < 30; ++i)
    largest =
        std::max(largest, std::abs(result["losses"][i].get<double>() - result["against"][i].get<double>()) / loss);
  CHECK(result["largest_difference"] == doctest::Approx(largest));
  CHECK(largest < 1e-4);
  CHECK(result["weights"] > 0);
  CHECK(result["weights"] < 1e-4);
}

TEST_CASE("tool: compare shows some steps, and fails beyond a bound") {
  const Compared tiny;
  const std::vector<std::string> doubled{"--steps", "4", "--against", "stack.features.optimizer.lr=0.2"};
  const Outcome outcome = tiny.compare(doubled);
  CHECK(outcome.code == 0);
  CHECK(outcome.out.starts_with("features, batches of 20\n\nstep"));
  CHECK(outcome.out.find("\n   1 ") != std::string::npos);
  CHECK(outcome.out.find("\n   3 ") == std::string::npos);
  CHECK(outcome.out.find("\n   4 ") != std::string::npos);
  std::vector<std::string> bounded = doubled;
  bounded.insert(bounded.end(), {"--bound", "1e-9"});
  const Outcome failed = tiny.compare(bounded);
  CHECK(failed.code == 10);
  CHECK(failed.out == outcome.out);
  CHECK(failed.err.starts_with("gramstack: check failed: losses are "));
  CHECK(failed.err.ends_with(" of the largest one apart, above --bound 1e-09\n"));
}

TEST_CASE("tool: compare wants one network, and something that is other") {
  const Compared tiny;
  const Outcome other = tiny.compare({"--steps", "1", "--against", "stack.features.backbone.widths=[9, 8]"});
  CHECK(other.code == 2);
  CHECK(other.err.starts_with("gramstack: error: the two networks differ in 'features/"));
  const Outcome nothing = tiny.compare({});
  CHECK(nothing.code == 2);
  CHECK(nothing.err.find("--against is required") != std::string::npos);
}
