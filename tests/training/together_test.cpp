// Hidden modules that are trained at once, each by its own loss.
#include <doctest/doctest.h>

#include <algorithm>

#include "fixture.h"
#include "store/module_file.h"
#include "store/module_store.h"
#include "support/evaluate.h"
#include "training/prepare.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

/// Two hidden modules of several layers, and an output module; nothing held out, so that the last weights are kept.
Pipeline two_hidden(const std::filesystem::path& data) {
  Pipeline pipeline = bars_pipeline(data);
  pipeline.together = true;
  pipeline.data.validation = 0;
  ModuleSpec second =
      hidden_module("second", component<Backbone>(GRAMSTACK_BACKBONE, "mlp", {{"widths", "[10, 9]"}}), "tanh", 3);
  second.losses = {{"mse", component<Loss>(GRAMSTACK_LOSS, "mse"), 1}};
  second.optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "adamw", {{"lr", "0.01"}});
  second.schedule.kind = Schedule::Kind::cosine;
  pipeline.stack.insert(pipeline.stack.begin() + 1, second);
  return pipeline;
}

/// A batch-normalised network cut in two.
Pipeline cut_network(const std::filesystem::path& data) {
  Pipeline pipeline = two_hidden(data);
  const std::shared_ptr<Backbone> resnet = component<Backbone>(GRAMSTACK_BACKBONE, "resnet", {{"width", "2"}});
  for (const std::size_t m : {0u, 1u}) {
    pipeline.stack[m] = hidden_module(m == 0 ? "features-1" : "features-2", resnet, "relu", 2);
    pipeline.stack[m].section = {"features", m == 0 ? "" : "stage2", m == 0 ? "stage2" : ""};
    pipeline.stack[m].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "0.05"}});
  }
  return pipeline;
}

TensorMap tensors_of(const RunReport& report, std::size_t module) {
  return read_module_file(report.modules[module].file).tensors;
}

bool differ(const TensorMap& a, const TensorMap& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const TensorMap::value_type& entry) { return b.at(entry.first).bytes != entry.second.bytes; });
}

RunReport in_turn(Pipeline pipeline, const RunOptions& options) {
  pipeline.together = false;
  return run(pipeline, options);
}

std::vector<std::string> planned(const Pipeline& pipeline, const RunOptions& options) {
  std::vector<std::string> lines;
  for (const PlannedModule& module : plan(pipeline, options))
    lines.push_back(module.name + (module.origin == Origin::trained ? " train: " : " reuse: ") + module.reason);
  return lines;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("training: together, hidden modules are one step with a learning rate each, the output module another") {
  const BarsFolder folder;
  const Pipeline pipeline = two_hidden(folder.data());
  const std::vector<Segment> segments = segments_of(pipeline, false);
  REQUIRE(segments.size() == 2);
  CHECK(segments[0].together);
  CHECK(segments[0].last == 1);
  CHECK(segments[1].first == 2);
  Names names;
  const Graph graph = step_graph(pipeline, "second", false);
  for (const NamedValue& input : graph.inputs()) names.push_back(input.name);
  CHECK(names == Names{"images", "labels", "features/learning_rate", "step", "second/learning_rate"});
  CHECK(segments_of(pipeline, true).size() == 1);
  CHECK_FALSE(segments_of(pipeline, true)[0].together);
  CHECK_FALSE(segments_of(bars_pipeline(folder.data()), false)[0].together);
}

TEST_CASE("training: together, the lowest module is what it is in turn, and learns nothing from those above") {
  const BarsFolder folder(16);
  for (Pipeline pipeline : {two_hidden(folder.data()), cut_network(folder.data())}) {
    const std::string name = pipeline.stack[1].name;
    const RunReport together = run(pipeline, options_of(folder / (name + "-together")));
    const RunReport turn = in_turn(pipeline, options_of(folder / (name + "-turn")));
    check_same(tensors_of(together, 0), tensors_of(turn, 0));
    CHECK(differ(tensors_of(together, 1), tensors_of(turn, 1)));  // it saw the lowest one change
    pipeline.stack[1].losses[0].weight = 3;
    pipeline.stack[1].average = 0.5;
    const RunReport weighted = run(pipeline, options_of(folder / (name + "-weighted")));
    check_same(tensors_of(weighted, 0), tensors_of(together, 0));
    CHECK(differ(tensors_of(weighted, 1), tensors_of(together, 1)));
  }
}

TEST_CASE("training: together, a module on one that does not change is what it is in turn") {
  const BarsFolder folder;
  Pipeline pipeline = two_hidden(folder.data());
  pipeline.data.validation = 24;
  pipeline.stack[0].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "0"}});
  const RunReport together = run(pipeline, options_of(folder / "together"));
  const RunReport turn = in_turn(pipeline, options_of(folder / "turn"));
  for (const std::size_t m : {0u, 1u, 2u}) check_same(tensors_of(together, m), tensors_of(turn, m));
  CHECK(together.modules[1].validation_value == turn.modules[1].validation_value);
  CHECK(together.modules[1].best_epoch == turn.modules[1].best_epoch);
  CHECK(together.test_accuracy == turn.test_accuracy);
}

TEST_CASE("training: together, labels are read once, heads and averages are each module's own") {
  const BarsFolder folder;
  Pipeline pipeline = two_hidden(folder.data());
  pipeline.data.validation = 24;
  for (const std::size_t m : {0u, 1u}) {
    pipeline.stack[m].head = component<Backbone>(GRAMSTACK_BACKBONE, "linear");
    pipeline.stack[m].losses = {{"cross-entropy", component<Loss>(GRAMSTACK_LOSS, "cross-entropy"), 1}};
  }
  pipeline.stack[0].average = 0.8;
  const RunReport report = run(pipeline, options_of(folder / "run"));
  CHECK(report.test_accuracy > 0.8);
  for (const std::size_t m : {0u, 1u}) CHECK(report.modules[m].training_value > -1.2);  // log 4 = 1.39 is chance
  const Graph graph = step_graph(pipeline, "features", false);
  CHECK(graph.find_parameter("features/linear1/weight/average") != nullptr);
  CHECK(graph.find_parameter("second/linear1/weight/average") == nullptr);
}

TEST_CASE("training: a run of modules together stopped after any step is resumed to the same bytes") {
  const BarsFolder folder(16);
  Pipeline pipeline = cut_network(folder.data());
  pipeline.data.validation = 24;
  run(pipeline, options_of(folder / "whole"));
  const Outcome whole = outcome_of(folder / "whole");
  CHECK(whole.metrics.starts_with("{\"module\":\"together\",\"epoch\":1,\"loss\":"));
  CHECK(whole.metrics.find("\"learning_rates\":[0.05,0.05],\"validation_objective\":") != std::string::npos);
  check_resumed(pipeline, folder, 2 * 9 + 1, whole, 3);
}

TEST_CASE("training: modules trained together are reused together, and never in turn") {
  const BarsFolder folder;
  Pipeline pipeline = two_hidden(folder.data());
  RunOptions options = options_of(folder / "first");
  options.store = folder / "store";
  const RunReport first = run(pipeline, options);
  CHECK(planned(pipeline, options) == Names{"features reuse: ", "second reuse: ", "classifier reuse: "});
  Pipeline turn = pipeline;
  turn.together = false;
  CHECK(planned(turn, options).front() ==
        "features train: 'training: together' then, 'training: module by module' now");
  pipeline.stack[1].resolved += "batch: 24\n";
  const Names changed = planned(pipeline, options);
  CHECK(changed[0].starts_with("features train: "));
  CHECK(changed[1] == "second train: ");
  pipeline.stack[1].resolved = two_hidden(folder.data()).stack[1].resolved;
  std::filesystem::remove(ModuleStore(options.store).file(first.modules[1].hash));
  CHECK(planned(pipeline, options)[0].starts_with("features train: "));
}

TEST_CASE("training: together, fixed centres are refused and trained ones are not") {
  const BarsFolder folder;
  Pipeline pipeline = two_hidden(folder.data());
  Settings settings{{"sigma", "2"}, {"centers", "20"}};
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "gaussian", settings);
  CHECK(failure_of([&] { check(pipeline, false); }) ==
        "3: second/kernel/centers: fixed centres are outputs of the module below, which goes on changing as both are "
        "trained together: make them trainable, or train the modules in turn");
  settings["trainable"] = "true";
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "gaussian", settings);
  CHECK(run(pipeline, options_of(folder / "run")).modules.size() == 3);
}
