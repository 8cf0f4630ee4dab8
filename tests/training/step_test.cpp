// The graphs of a run, and that they compute the same whichever way they are fed.
#include "training/step.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "fixture.h"
#include "store/module_file.h"
#include "support/evaluate.h"
#include "training/inference.h"
#include "training/parameters.h"
#include "training/prepare.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

std::vector<std::string> input_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const NamedValue& input : graph.inputs()) names.push_back(input.name);
  return names;
}

std::vector<std::string> updated(const Graph& graph) {
  std::vector<std::string> names;
  for (const Update& update : graph.updates()) names.push_back(graph.find_parameter(update.parameter)->name);
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("training: the step of a hidden module changes its own parameters only") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  CHECK(input_names(step_graph(pipeline, "features", false)) == Names{"images", "labels", "learning_rate", "step"});
  CHECK(updated(step_graph(pipeline, "features", false)) ==
        Names{"features/linear1/bias", "features/linear1/bias/momentum", "features/linear1/weight",
              "features/linear1/weight/momentum", "features/linear2/bias", "features/linear2/bias/momentum",
              "features/linear2/weight", "features/linear2/weight/momentum"});
  const Graph output = step_graph(pipeline, "classifier", false);
  CHECK(input_names(output) == Names{"features", "labels", "learning_rate", "step"});
  for (const std::string& name : updated(output)) CHECK(name.starts_with("classifier/"));
  CHECK(failure_of([&] { step_graph(pipeline, "none", false); }) == "2: the pipeline has no module 'none'");
}

TEST_CASE("training: an augmented step holds the frozen modules and leaves them alone") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.data.augment = {1, Augmentation::Flip::random};
  const Graph graph = step_graph(pipeline, "classifier", false);
  CHECK(input_names(graph) == Names{"images", "offsets", "labels", "learning_rate", "step"});
  CHECK(graph.find_parameter("features/linear1/weight") != nullptr);
  for (const std::string& name : updated(graph)) CHECK(name.starts_with("classifier/"));
  const Names whole = updated(step_graph(pipeline, "classifier", true));
  CHECK(std::count(whole.begin(), whole.end(), "features/linear1/weight") == 1);
  CHECK(std::count(whole.begin(), whole.end(), "classifier/linear/weight") == 1);
}

TEST_CASE("training: batch normalisation of a frozen module keeps its running statistics") {
  const BarsFolder folder(16);
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].backbone = component<Backbone>(GRAMSTACK_BACKBONE, "resnet", {{"width", "2"}});
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "relu-pool", {{"window", "0"}});
  pipeline.data.augment = {1, Augmentation::Flip::none};
  const Names hidden = updated(step_graph(pipeline, "features", false));
  CHECK(std::any_of(hidden.begin(), hidden.end(),
                    [](const std::string& name) { return name.ends_with("/running_mean"); }));
  for (const std::string& name : updated(step_graph(pipeline, "classifier", false)))
    CHECK(name.starts_with("classifier/"));
}

TEST_CASE("training: cached and recomputed features train to the same accuracy") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const RunReport cached = run(pipeline, options_of(folder / "cached"));
  RunOptions options = options_of(folder / "recomputed");
  options.feature_memory = 0;
  const RunReport recomputed = run(pipeline, options);
  CHECK(recomputed.modules[0].hash == cached.modules[0].hash);
  CHECK(recomputed.test_accuracy == cached.test_accuracy);
  CHECK(recomputed.modules[1].training_value == doctest::Approx(cached.modules[1].training_value).epsilon(1e-5));
}

TEST_CASE("training: kernel centres are examples, belong to the module above, and stay") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "gaussian", {{"sigma", "2"}, {"centers", "20"}});
  const RunReport report = run(pipeline, options_of(folder / "run"));
  const ModuleFile classifier = read_module_file(report.modules[1].file);
  REQUIRE(classifier.tensors.contains("kernel/centers"));
  CHECK(classifier.tensors.at("kernel/centers").type == TensorType{DataType::f32, {20, 12}});
  CHECK(classifier.input == Shape{12});
  CHECK(report.test_accuracy > 0.5);

  // Each centre is the pre-activation of some training image.
  const Preparation prepared = prepare(pipeline, false, std::size_t{1} << 20);
  const ModuleFile features = read_module_file(report.modules[0].file);
  Inference inference(*pipeline.device, preactivation_graph(prepared.network, 1, 216), 216);
  inference.write(with_prefix(features.tensors, "features/"));
  Feed feed(prepared.network, training_examples(prepared, prepared.segments[1]));
  const std::vector<float> rows = inference.run(feed, all_positions(feed.examples()), {});
  const std::vector<double> centres = decode(DataType::f32, classifier.tensors.at("kernel/centers").bytes);
  for (std::size_t c = 0; c < 20; ++c) {
    bool found = false;
    for (std::size_t i = 0; i < 216 && !found; ++i) {
      found = true;
      for (std::size_t k = 0; k < 12; ++k)
        found = found && static_cast<double>(rows[i * 12 + k]) == centres[c * 12 + k];
    }
    CHECK(found);
  }
}

TEST_CASE("training: end to end, fixed centres are refused and trained ones are not") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  const Settings fixed{{"sigma", "2"}, {"centers", "20"}};
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "gaussian", fixed);
  CHECK(failure_of([&] { check(pipeline, true); }) ==
        "3: classifier/kernel/centers: fixed centres are outputs of the module below, which goes on changing end to "
        "end: make them trainable, or train module by module");
  Settings trained = fixed;
  trained["trainable"] = "true";
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "gaussian", trained);
  RunOptions options = options_of(folder / "run");
  options.end_to_end = true;
  CHECK(run(pipeline, options).modules.size() == 2);
}

TEST_CASE("training: more centres than images are refused") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "gaussian", {{"sigma", "2"}, {"centers", "217"}});
  CHECK(failure_of([&] { check(pipeline, false); }) ==
        "3: classifier/kernel/centers: 217 training examples are wanted, there are 216");
}

TEST_CASE("training: the validation value of a hidden module does not depend on its batch size") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "0"}});
  const double value = run(pipeline, options_of(folder / "one")).modules[0].validation_value;
  pipeline.stack[0].batch = 60;
  CHECK(run(pipeline, options_of(folder / "two")).modules[0].validation_value == value);
}

TEST_CASE("training: losses are summed by their weights") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "0"}});
  const auto value = [&](const char* name, std::vector<LossTerm> losses) {
    pipeline.stack[0].losses = std::move(losses);
    return run(pipeline, options_of(folder / name)).modules[0].validation_value;
  };
  const LossTerm first{"alignment", component<Loss>(GRAMSTACK_LOSS, "alignment"), 1},
      second{"raw", component<Loss>(GRAMSTACK_LOSS, "raw"), 1};
  LossTerm weighted = second;
  weighted.weight = 0.25;
  CHECK(value("both", {first, weighted}) ==
        doctest::Approx(value("first", {first}) + 0.25 * value("second", {second})).epsilon(1e-5));
}
