// Networks cut into modules.
#include <doctest/doctest.h>

#include <algorithm>

#include "fixture.h"
#include "store/module_file.h"
#include "support/evaluate.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

Pipeline whole_pipeline(const std::filesystem::path& data) {
  Pipeline pipeline = bars_pipeline(data);
  pipeline.stack[0] =
      hidden_module("features", component<Backbone>(GRAMSTACK_BACKBONE, "resnet", {{"width", "2"}}), "relu", 1);
  pipeline.stack[0].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "0.05"}});
  return pipeline;
}

/// With a module for the layers up to each of `cuts`, and one for the rest.
Pipeline cut_pipeline(const std::filesystem::path& data, const std::vector<std::string>& cuts) {
  Pipeline pipeline = whole_pipeline(data);
  const ModuleSpec whole = pipeline.stack[0];
  std::vector<ModuleSpec> stack;
  std::string after;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    ModuleSpec part = whole;
    part.name = "features-" + std::to_string(i + 1);
    part.section = {"features", after, i < cuts.size() ? cuts[i] : ""};
    after = part.section.to;
    stack.push_back(part);
  }
  stack.push_back(pipeline.stack[1]);
  pipeline.stack = stack;
  return pipeline;
}

/// All tensors of a run's hidden modules, by name.
TensorMap hidden_tensors(const RunReport& report) {
  TensorMap all;
  for (std::size_t m = 0; m + 1 < report.modules.size(); ++m)
    all.merge(read_module_file(report.modules[m].file).tensors);
  return all;
}

}  // namespace

TEST_CASE("training: a cut network trained end to end is the uncut one") {
  const BarsFolder folder;
  RunOptions options = options_of(folder / "whole");
  options.end_to_end = true;
  const RunReport whole = run(whole_pipeline(folder.data()), options);
  options.folder = folder / "cut";
  const RunReport cut = run(cut_pipeline(folder.data(), {"stem", "stage1/block1", "stage3"}), options);
  REQUIRE(cut.modules.size() == 5);
  const TensorMap expected = hidden_tensors(whole), tensors = hidden_tensors(cut);
  check_same(tensors, expected);
  CHECK(cut.test_accuracy == whole.test_accuracy);
  CHECK(cut.modules.back().training_value == whole.modules.back().training_value);
}

TEST_CASE("training: parts are trained in turn, each on the frozen ones below, and load again") {
  const BarsFolder folder;
  const Pipeline pipeline = cut_pipeline(folder.data(), {"stage1", "stage3"});
  const RunReport report = run(pipeline, options_of(folder / "run"));
  REQUIRE(report.modules.size() == 4);
  const ModuleFile second = read_module_file(report.modules[1].file);
  CHECK(second.parents == std::vector<std::string>{report.modules[0].hash});
  CHECK(second.tensors.contains("stage2/block1/conv1/weight"));
  CHECK(second.tensors.contains("stage3/block2/conv2/weight"));
  CHECK_FALSE(second.tensors.contains("stage1/block1/conv1/weight"));
  CHECK(second.input == Shape{2, 8, 8});
  CHECK(second.output == Shape{8, 2, 2});
  TrainedStack stack(pipeline, folder / "run");
  CHECK(stack.evaluate(Split::test).accuracy == report.test_accuracy);
}
