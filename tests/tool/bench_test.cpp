// bench: what it measures is checked, not how fast it is.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "process.h"
#include "tiny.h"

using namespace gramstack::test;
using nlohmann::json;

namespace {

struct Tiny {
  TemporaryFolder folder;
  std::string file = write_tiny(folder.path(), 1);
};

}  // namespace

TEST_CASE("tool: bench times a module's step and counts its products") {
  const Tiny tiny;
  const Outcome outcome = run_tool({"bench", tiny.file, "--steps", "3", "--batch", "16", "--json"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const json result = json::parse(outcome.out);
  CHECK(result["module"] == "features");
  CHECK(result["batch"] == 16);
  // 64-16-8: forward, weight gradients and the upper data gradient; the Gram triangle and its gradient.
  const double pixels = kTinySide * kTinySide;
  CHECK(result["operations"] == 2 * 16 * (2 * (pixels * 16 + 16 * 8) + 16 * 8) + 2 * (16 * 17 / 2 * 8 + 16 * 16 * 8));
  CHECK(result["step"]["median"] > 0);
  CHECK(result["step"]["least"] <= result["step"]["median"]);
  CHECK(result["step"]["most"] >= result["step"]["median"]);
  CHECK(result["images_per_second"] == 16 / result["step"]["median"].get<double>());
  CHECK(result["memory"] > 0);
  double by_kind = 0, by_step = 0;
  for (const json& kind : result["kinds"]) by_kind += kind["seconds"].get<double>();
  for (const json& step : result["steps"]) by_step += step["seconds"].get<double>();
  CHECK(by_kind == doctest::Approx(by_step));
  CHECK(result["steps"].size() >= result["kinds"].size());
}

TEST_CASE("tool: bench times inference of the frozen stack up to a module") {
  const Tiny tiny;
  const Outcome outcome = run_tool({"bench", tiny.file, "--inference", "--steps", "3", "--json"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const json result = json::parse(outcome.out);
  CHECK(result["module"] == "features");
  CHECK(result["operations"] == 2 * result["batch"].get<unsigned>() * (kTinySide * kTinySide * 16 + 16 * 8));
  CHECK(result["inference_step"]["least"] > 0);
  CHECK(result["inference_step"]["least"] <= result["inference_step"]["median"]);
  CHECK(result["inference_step"]["median"] <= result["inference_step"]["most"]);
  CHECK_FALSE(result.contains("training_step"));
  const Outcome both = run_tool({"bench", tiny.file, "--inference", "--end-to-end"});
  CHECK(both.code == 2);
  CHECK(both.err.find("--end-to-end excludes --inference") != std::string::npos);
}

TEST_CASE("tool: bench of the other modules and of the whole network") {
  const Tiny tiny;
  CHECK(json::parse(run_tool({"bench", tiny.file, "--module", "classifier", "--steps", "1", "--json"}).out)["module"] ==
        "classifier");
  CHECK(json::parse(run_tool({"bench", tiny.file, "--end-to-end", "--steps", "1", "--json"}).out)["module"] ==
        "end to end");
  const Outcome unknown = run_tool({"bench", tiny.file, "--module", "featurs"});
  CHECK(unknown.code == 2);
  CHECK(unknown.err == "gramstack: error: the pipeline has no module 'featurs'\n");
}

TEST_CASE("tool: no more threads are used than OMP_THREAD_LIMIT allows") {
  const Tiny tiny;
  const Outcome outcome =
      run_tool(Invocation{{"bench", tiny.file, "--steps", "1", "--json", "--set", "device={type: onednn, threads: 2}"},
                          {},
                          {{"OMP_THREAD_LIMIT", "1"}},
                          {}});
  const std::string device = json::parse(outcome.out)["device"];
  CHECK(device.find(", 1 thread, ") != std::string::npos);
}
