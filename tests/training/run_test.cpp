// Whole runs: what they reach, what they leave behind, what they refuse.
#include <doctest/doctest.h>
#include <sys/file.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "fixture.h"
#include "store/files.h"
#include "store/module_file.h"
#include "store/sha256.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

/// What a run of three epochs warns of whose learning rate is multiplied by `factor` after the first one.
std::string warnings_of(double factor) {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  Schedule& schedule = pipeline.stack[0].schedule;
  schedule.kind = Schedule::Kind::steps;
  schedule.epochs = 3;
  schedule.stage_epochs = {1, 2};
  schedule.factor = factor;
  std::string warnings;
  RunOptions options = options_of(folder / "run");
  options.warn = [&](const std::string& warning) { warnings += warning + "\n"; };
  run(pipeline, options);
  return warnings;
}

}  // namespace

TEST_CASE("training: two modules learn, and leave a run folder") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].schedule.epochs = 6;
  pipeline.stack[1].schedule.epochs = 10;
  std::vector<Progress> epochs;
  RunOptions options = options_of(folder / "run");
  std::int64_t steps = 0;
  options.progress = [&](const Progress& progress) {
    if (progress.epoch_done) epochs.push_back(progress);
    steps += progress.epoch_done ? 0 : 1;
  };
  const RunReport report = run(pipeline, options);

  CHECK(report.test_accuracy > 0.9);
  CHECK(report.validation_accuracy > 0.8);
  REQUIRE(report.one_label_accuracy.has_value());
  CHECK(*report.one_label_accuracy > 0.6);
  CHECK(report.folder == folder / "run");
  REQUIRE(report.modules.size() == 2);
  CHECK(report.modules[0].name == "features");
  CHECK(report.modules[0].value_name == "objective");
  CHECK(report.modules[0].validation_value > 0.6);
  CHECK(report.modules[0].validation_value < 1);
  CHECK(report.modules[0].training_value > report.modules[0].validation_value - 0.1);
  CHECK(report.modules[0].epochs == 6);
  CHECK(report.modules[0].peak_memory > 0);
  CHECK(report.modules[1].value_name == "loss");
  CHECK(report.modules[1].validation_value < 1);

  REQUIRE(epochs.size() == 16);
  CHECK(steps == 6 * 9 + 10 * 5);
  CHECK(epochs[0].module == "features");
  CHECK(epochs[0].validation_name == "objective");
  CHECK(epochs[5].module_done);
  CHECK(*epochs[5].validation > *epochs[0].validation);
  CHECK(epochs[15].validation_name == "accuracy");
  CHECK(epochs[15].epoch == 10);
  CHECK(epochs[15].step == 5);

  for (const char* file :
       {"manifest.json", "resolved.yaml", "pipeline.yaml", "metrics.jsonl", "report.json", "checkpoints/latest"})
    CHECK(std::filesystem::is_regular_file(folder / "run" / file));
  CHECK(read_text(folder / "run/pipeline.yaml") == pipeline.given);
  CHECK(read_text(folder / "run/resolved.yaml") == pipeline.resolved);
}

TEST_CASE("training: a module file says where it comes from") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const RunReport report = run(pipeline, options_of(folder / "run"));
  const ModuleFile features = read_module_file(report.modules[0].file);
  CHECK(report.modules[0].file.stem() == report.modules[0].hash);
  CHECK(features.module == "features");
  CHECK(features.hidden);
  CHECK(features.pipeline == pipeline.stack[0].resolved);
  CHECK(features.kernel == "type: relu");
  CHECK(features.parents.empty());
  CHECK(features.input == Shape{1, 8, 8});
  CHECK(features.output == Shape{12});
  CHECK(features.value_name == "objective");
  CHECK(features.validation_value == report.modules[0].validation_value);
  CHECK(features.training_value == report.modules[0].training_value);
  CHECK(features.mean.size() == 1);
  CHECK(features.tensors.size() == 4);
  CHECK(features.tensors.at("linear2/weight").type == TensorType{DataType::f32, {12, 16}});
  const ModuleFile classifier = read_module_file(report.modules[1].file);
  CHECK_FALSE(classifier.hidden);
  CHECK(classifier.kernel == "");
  CHECK(classifier.parents == std::vector<std::string>{report.modules[0].hash});
  CHECK(classifier.data == features.data);
  CHECK(classifier.input == Shape{12});
  CHECK(classifier.output == Shape{4});
  CHECK(classifier.mean.empty());
}

TEST_CASE("training: the manifest names what the run was made with") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  run(pipeline, options_of(folder / "run"));
  const nlohmann::json manifest = nlohmann::json::parse(read_text(folder / "run/manifest.json"));
  CHECK(manifest["seed"] == 3);
  CHECK(manifest["end_to_end"] == false);
  CHECK(manifest["device"] == pipeline.device->describe());
  CHECK(manifest["data"]["train"] == 240);
  CHECK(manifest["data"]["fingerprint"].get<std::string>().size() == 64);
  std::string files;
  for (const nlohmann::json& plugin : manifest["plugins"]) {
    CHECK(plugin["sha256"] == sha256_of_file(plugin["file"].get<std::string>()));
    files += std::filesystem::path(plugin["file"].get<std::string>()).stem().string() + " ";
  }
  CHECK(files ==
        "backbones-linear backbones-mlp datasets-idx devices-reference kernels-relu losses-alignment "
        "losses-cross-entropy optimizers-adamw optimizers-sgd ");
}

TEST_CASE("training: metrics have one line an epoch, without times") {
  const BarsFolder folder;
  run(bars_pipeline(folder.data()), options_of(folder / "run"));
  std::istringstream lines(read_text(folder / "run/metrics.jsonl"));
  std::vector<std::string> seen;
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json json = nlohmann::json::parse(line);
    std::string keys;
    for (const auto& [key, value] : json.items()) keys += key + " ";
    seen.push_back(json["module"].get<std::string>() + " " + std::to_string(json["epoch"].get<int>()) + ": " + keys);
  }
  const std::string hidden = ": epoch learning_rate loss module validation_objective ",
                    output = ": epoch learning_rate loss module validation_accuracy ";
  CHECK(seen == std::vector<std::string>{"features 1" + hidden, "features 2" + hidden, "features 3" + hidden,
                                         "classifier 1" + output, "classifier 2" + output});
}

TEST_CASE("training: equal runs give equal bytes, another seed gives others") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  run(pipeline, options_of(folder / "one"));
  run(bars_pipeline(folder.data()), options_of(folder / "two"));
  CHECK(outcome_of(folder / "one") == outcome_of(folder / "two"));
  pipeline.seed = 4;
  run(pipeline, options_of(folder / "three"));
  CHECK(outcome_of(folder / "one").hashes != outcome_of(folder / "three").hashes);
}

TEST_CASE("training: end to end trains the same function as one network") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].schedule.epochs = 12;
  RunOptions options = options_of(folder / "run");
  options.end_to_end = true;
  const RunReport report = run(pipeline, options);
  CHECK(report.test_accuracy > 0.9);
  CHECK_FALSE(report.one_label_accuracy.has_value());
  REQUIRE(report.modules.size() == 2);
  CHECK(report.modules[0].value_name == "objective");
  CHECK(report.modules[1].value_name == "loss");
  CHECK(report.modules[1].epochs == 12);
  CHECK(read_module_file(report.modules[1].file).parents == std::vector<std::string>{report.modules[0].hash});
  TrainedStack stack(pipeline, folder / "run");
  CHECK(stack.evaluate(Split::test).accuracy == report.test_accuracy);
}

TEST_CASE("training: few labels train the output module, and no second one then") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].schedule.epochs = 6;
  pipeline.stack[1].schedule.epochs = 40;
  pipeline.stack[1].labels_per_class = 1;
  std::int64_t steps = 0;
  RunOptions options = options_of(folder / "run");
  options.progress = [&](const Progress& progress) {
    if (progress.module == "classifier") steps = progress.steps;
  };
  const RunReport report = run(pipeline, options);
  CHECK(steps == 4);  // as an epoch on all 216 images has, in batches of 50
  CHECK(report.test_accuracy > 0.6);
  CHECK_FALSE(report.one_label_accuracy.has_value());
}

TEST_CASE("training: without validation data the last weights are kept") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.data.validation = 0;
  const RunReport report = run(pipeline, options_of(folder / "run"));
  CHECK(std::isnan(report.validation_accuracy));
  CHECK(std::isnan(report.modules[0].validation_value));
  CHECK(report.modules[0].best_epoch == 3);
  CHECK(report.test_accuracy > 0.4);
  const RunReport again = resume(pipeline, options_of(folder / "run"));
  CHECK(std::isnan(again.validation_accuracy));
}

TEST_CASE("training: the best epoch's weights are kept, the first of equal ones") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  // After a warm-up of one epoch the rate is far too high: what follows is worse than what the first epoch reached.
  pipeline.stack[0].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "0.3"}});
  pipeline.stack[0].schedule.kind = Schedule::Kind::steps;
  pipeline.stack[0].schedule.stage_epochs = {2, 2};
  pipeline.stack[0].schedule.factor = 1000;
  pipeline.stack[0].schedule.epochs = 4;
  double best = -1;
  std::int64_t best_epoch = 0;
  RunOptions options = options_of(folder / "run");
  options.progress = [&](const Progress& progress) {
    if (!progress.epoch_done || progress.module != "features" || *progress.validation <= best) return;
    best = *progress.validation;
    best_epoch = progress.epoch;
  };
  const RunReport report = run(pipeline, options);
  CHECK(best_epoch < 4);
  CHECK(report.modules[0].best_epoch == best_epoch);
  CHECK(report.modules[0].validation_value == best);
}

TEST_CASE("training: a loss that is not a number ends the run and says where") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "1e38"}});
  const std::string message = failure_of([&] { run(pipeline, options_of(folder / "run")); });
  const std::size_t images = message.find("begins with the training images ");
  REQUIRE(images != std::string::npos);
  CHECK(message.substr(0, images) == "7: module 'features': the loss is nan at epoch 1, step 2; its batch ");
  CHECK(message.ends_with(": try a lower learning rate (it was 1e+38), or a warm-up"));
}

TEST_CASE("training: a run folder with content is not taken") {
  const BarsFolder folder;
  std::filesystem::create_directories(folder / "run/notes");
  CHECK(failure_of([&] { run(bars_pipeline(folder.data()), options_of(folder / "run")); }) ==
        "2: run folder " + (folder / "run").string() + " is not empty: resume the run in it, or name another folder");
}

TEST_CASE("training: a run folder in use is not taken") {
  const BarsFolder folder;
  std::filesystem::create_directories(folder / "run");
  const Descriptor other(::open((folder / "run").c_str(), O_RDONLY | O_DIRECTORY));
  REQUIRE(::flock(other.number(), LOCK_EX) == 0);
  const std::string in_use = "2: run folder " + (folder / "run").string() + " is in use by another process";
  CHECK(failure_of([&] { run(bars_pipeline(folder.data()), options_of(folder / "run")); }) == in_use);
  CHECK(failure_of([&] { resume(bars_pipeline(folder.data()), options_of(folder / "run")); }) == in_use);
}

TEST_CASE("training: a trained stack scores images as it was measured") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const RunReport report = run(pipeline, options_of(folder / "run"));
  TrainedStack stack(pipeline, folder / "run");
  const Evaluation evaluation = stack.evaluate(Split::test);
  CHECK(evaluation.accuracy == report.test_accuracy);
  std::int64_t diagonal = 0, all = 0;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      all += evaluation.confusion[i][j];
      diagonal += i == j ? evaluation.confusion[i][j] : 0;
    }
  CHECK(all == 80);
  CHECK(static_cast<double>(diagonal) / 80 == evaluation.accuracy);

  const Records test = pipeline.data.dataset->records(Split::test);
  std::vector<std::vector<std::uint8_t>> images;
  for (std::int64_t i = 0; i < 80; ++i) images.emplace_back(test.image(i), test.image(i) + 64);
  std::vector<std::vector<std::int64_t>> confusion(4, std::vector<std::int64_t>(4, 0));
  const std::vector<std::vector<float>> scores = stack.scores(images);
  for (std::size_t i = 0; i < 80; ++i)
    ++confusion[static_cast<std::size_t>(test.labels[i])]
               [static_cast<std::size_t>(std::max_element(scores[i].begin(), scores[i].end()) - scores[i].begin())];
  CHECK(confusion == evaluation.confusion);
  CHECK(stack.scores({}).empty());
  CHECK(failure_of([&] { stack.scores({{1, 2, 3}}); }) == "5: an image has 3 bytes, the network wants 64 (1 x 8 x 8)");
}

TEST_CASE("training: a trained stack refuses what does not fit") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  CHECK(failure_of([&] { TrainedStack(pipeline, folder / "none"); }) ==
        "6: " + (folder / "none").string() + " holds no finished run: it has no report.json");
  const RunReport report = run(pipeline, options_of(folder / "run"));
  pipeline.stack[0].backbone = component<Backbone>(GRAMSTACK_BACKBONE, "mlp", {{"widths", "[20, 12]"}});
  CHECK(failure_of([&] { TrainedStack(pipeline, folder / "run"); }) ==
        "6: module file of 'features' in " + (folder / "run").string() +
            ": weight 'linear1/bias' is [16], the pipeline wants [20]");
  std::vector<std::byte> bytes = read_file(report.modules[0].file);
  bytes.back() ^= std::byte{1};
  write_atomically(report.modules[0].file, bytes);
  CHECK(failure_of([&] { TrainedStack(pipeline, folder / "run"); }) ==
        "6: module file " + report.modules[0].file.string() + ": its bytes hash to " + sha256(bytes) +
            ", its name says " + report.modules[0].hash + ": it was changed or damaged");
}

TEST_CASE("training: faults of the data are found before any work") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.data.validation = 240;
  CHECK(failure_of([&] { run(pipeline, options_of(folder / "run")); }) ==
        "3: data: validation: 240 holds out 60 images of each class, but class '0' has only 60 training images: hold "
        "out fewer");
  pipeline.data.validation = 24;
  pipeline.stack[1].labels_per_class = 55;
  CHECK(failure_of([&] { check(pipeline, false); }) ==
        "3: labels: per_class: 55 is wanted, but class '0' has only 54 training images");
  CHECK_FALSE(std::filesystem::exists(folder / "run"));
}

TEST_CASE("training: what undoes a training is warned of") {
  CHECK(warnings_of(1) == "");
  CHECK(warnings_of(-100) ==  // uphill
        "module 'features': objective on the validation images fell from 0.7897 after epoch 1 to 0.4505 after the "
        "last, 3, below that of the first; epoch 1 is kept. Where one long gradient undid it, clip: {norm: 1} or a "
        "lower lr prevents that\n");
}
