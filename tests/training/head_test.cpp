// Heads of hidden modules: what they compute, that they are trained and resumed, and that nothing of them is left.
#include <doctest/doctest.h>

#include <cmath>

#include "fixture.h"
#include "store/files.h"
#include "store/module_file.h"
#include "support/evaluate.h"
#include "training/parameters.h"
#include "training/prepare.h"
#include "training/run_folder.h"
#include "training/step_runner.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

std::shared_ptr<Backbone> linear(const Settings& settings = {}) {
  return component<Backbone>(GRAMSTACK_BACKBONE, "linear", settings);
}

LossTerm term(const std::string& loss, double weight = 1) {
  return {loss, component<Loss>(GRAMSTACK_LOSS, loss), weight};
}

/// Its hidden module learns labels through a linear head.
Pipeline head_pipeline(const std::filesystem::path& data) {
  Pipeline pipeline = bars_pipeline(data);
  pipeline.stack[0].head = linear();
  pipeline.stack[0].losses = {term("cross-entropy")};
  return pipeline;
}

/// Training steps of modules as one, by the loss of the last.
struct Steps {
  Preparation prepared;
  Segment segment;
  StepRunner runner;

  Steps(const Pipeline& pipeline, const Segment& modules)
      : prepared(prepare(pipeline, false, 0)),
        segment(modules),
        runner(prepared.network, segment, Feed(prepared.network, training_examples(prepared, segment)), 0) {}
  TensorMap initial() const {
    TensorMap values;
    add_initial_values(values, prepared.network, runner.graph(), runner.examples());
    return values;
  }
  TensorMap after(const TensorMap& values, std::int64_t steps) {
    runner.write(values);
    for (std::int64_t step = 0; step < steps; ++step) runner.run(0, step);
    runner.finish();
    return runner.read();
  }
};

/// The values of modules "features" and `above` as those of "features" and its head.
TensorMap with_head(const TensorMap& values, const std::string& above) {
  TensorMap renamed;
  for (const TensorMap::value_type& entry : values)
    renamed.emplace(entry.first.starts_with(above) ? "features/head" + entry.first.substr(above.size()) : entry.first,
                    entry.second);
  return renamed;
}

/// Bit for bit, slots of the optimizer too: one module with a head, and two modules trained as one by the upper loss.
void check_same_steps(const Pipeline& head, const Pipeline& two, const std::string& above) {
  Steps as_one(two, {0, 1}), with(head, {0, 0});
  const TensorMap initial = as_one.initial();
  const TensorMap expected = with_head(as_one.after(initial, 5), above);
  const TensorMap values = with.after(with_head(initial, above), 5);
  check_same(values, expected);
  CHECK(values.at("features/head/linear/weight").bytes !=
        with_head(initial, above)["features/head/linear/weight"].bytes);
}

}  // namespace

TEST_CASE("training: a head of scores takes the steps of an output module end to end") {
  const BarsFolder folder;
  Pipeline two = bars_pipeline(folder.data());
  check_same_steps(head_pipeline(folder.data()), two, "classifier");
}

TEST_CASE("training: pairwise losses see a head's output through the kernel, as that of a module above") {
  const BarsFolder folder;
  const Settings ten{{"outputs", "10"}};
  Pipeline head = bars_pipeline(folder.data()), two = head;
  head.stack[0].head = linear(ten);
  two.stack.insert(two.stack.begin() + 1, hidden_module("projection", linear(ten), "relu", 3));
  check_same_steps(head, two, "projection");
}

TEST_CASE("training: beside losses from labels on a head, pairwise ones are on the features") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "0"}});
  const auto value = [&](const char* name, std::vector<LossTerm> losses, std::shared_ptr<Backbone> head) {
    pipeline.stack[0].losses = std::move(losses);
    pipeline.stack[0].head = std::move(head);
    return run(pipeline, options_of(folder / name)).modules[0].validation_value;
  };
  const double similarity = value("similarity", {term("alignment")}, nullptr);
  const double prediction = value("prediction", {term("cross-entropy")}, linear());
  CHECK(value("both", {term("alignment", 0.5), term("cross-entropy", 0.25)}, linear()) ==
        doctest::Approx(0.5 * similarity + 0.25 * prediction).epsilon(1e-6));
}

TEST_CASE("training: a head is no part of the frozen module, and its loss teaches the features") {
  const BarsFolder folder;
  Pipeline pipeline = head_pipeline(folder.data());
  pipeline.stack[0].schedule.epochs = 12;
  pipeline.stack[1].schedule.epochs = 40;
  const RunReport report = run(pipeline, options_of(folder / "run"));
  const RunReport bare = run(bars_pipeline(folder.data()), options_of(folder / "bare"));
  const ModuleFile features = read_module_file(report.modules[0].file),
                   without = read_module_file(bare.modules[0].file);
  REQUIRE(features.tensors.size() == without.tensors.size());
  for (const TensorMap::value_type& entry : without.tensors)
    CHECK(features.tensors.at(entry.first).type == entry.second.type);
  CHECK(report.modules[0].value_name == "objective");
  CHECK(report.modules[0].training_value > -0.3);  // cross-entropy of four classes begins at log 4 = 1.39
  CHECK(report.test_accuracy > 0.9);
  TrainedStack stack(pipeline, folder / "run");
  CHECK(stack.evaluate(Split::test).accuracy == report.test_accuracy);
}

TEST_CASE("training: a run with a head stopped after any step is resumed to the same bytes") {
  const BarsFolder folder;
  Pipeline pipeline = head_pipeline(folder.data());
  pipeline.stack[0].head = component<Backbone>(GRAMSTACK_BACKBONE, "mlp", {{"widths", "[6]"}});
  pipeline.stack[0].losses = {term("alignment"), term("cross-entropy", 0.5)};
  pipeline.stack[0].average = 0.9;
  pipeline.stack[0].schedule.epochs = 2;
  run(pipeline, options_of(folder / "whole"));
  const Outcome whole = outcome_of(folder / "whole");
  check_resumed(pipeline, folder, 2 * 9 + 1, whole);
}

TEST_CASE("training: end to end, heads are left out as the losses of hidden modules are") {
  const BarsFolder folder;
  RunOptions options = options_of(folder / "head");
  options.end_to_end = true;
  const RunReport head = run(head_pipeline(folder.data()), options);
  options.folder = folder / "bare";
  const RunReport bare = run(bars_pipeline(folder.data()), options);
  CHECK(read_text(folder / "head/metrics.jsonl") == read_text(folder / "bare/metrics.jsonl"));
  CHECK(head.test_accuracy == bare.test_accuracy);
  CHECK(std::isnan(head.modules[0].training_value));  // it would be that of a head that was not trained
  CHECK(std::isnan(head.modules[0].validation_value));
  CHECK(read_report(folder / "head").modules[0].hash == head.modules[0].hash);
}

TEST_CASE("training: the heads of parts begin at values of their own") {
  const BarsFolder folder;
  Pipeline pipeline = head_pipeline(folder.data());
  pipeline.stack[0].name = "features-1";
  pipeline.stack[0].section = {"features", "", "linear1"};
  const Preparation prepared = prepare(pipeline, false, 0);
  CHECK(prepared.network.initial_name("features-1/linear1/weight") == "features/linear1/weight");
  CHECK(prepared.network.initial_name("features-1/head/linear/weight") == "features-1/head/linear/weight");
}
