#include "fixture.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "store/files.h"
#include "support/evaluate.h"
#include "training/random.h"

namespace gramstack::test {
namespace {

constexpr std::int64_t kClasses = 4;

void write_header(std::ofstream& file, std::vector<std::int64_t> numbers) {
  for (const std::int64_t number : numbers)
    for (int shift = 24; shift >= 0; shift -= 8) file.put(static_cast<char>((number >> shift) & 255));
}

/// Horizontal, vertical, falling and rising bars, each three pixels apart.
bool is_bar(std::int64_t label, std::int64_t row, std::int64_t column) {
  const std::int64_t position[] = {row, column, row + column, row - column + 300};
  return position[label] % 3 == 0;
}

void write_images(std::ofstream& file, std::int64_t count, std::int64_t side, const RandomStream& random) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t image = static_cast<std::uint64_t>(i) << 16;
    const std::int64_t down = static_cast<std::int64_t>(random.below(2, 0, image)), right = (down + i / kClasses) % 2;
    for (std::int64_t y = 0; y < side; ++y)
      for (std::int64_t x = 0; x < side; ++x) {
        const double noise = random.normal(1, image + static_cast<std::uint64_t>(y * side + x));
        const double value = (is_bar(i % kClasses, y + down, x + right) ? 150 : 90) + 25 * noise;
        file.put(static_cast<char>(std::min(255.0, std::max(0.0, value))));
      }
  }
}

void write_part(const std::filesystem::path& folder, const std::string& prefix, std::int64_t count, std::int64_t side) {
  std::ofstream images(folder / (prefix + "-images-idx3-ubyte"), std::ios::binary);
  write_header(images, {0x803, count, side, side});
  write_images(images, count, side, RandomStream(1, prefix));
  std::ofstream labels(folder / (prefix + "-labels-idx1-ubyte"), std::ios::binary);
  write_header(labels, {0x801, count});
  for (std::int64_t i = 0; i < count; ++i) labels.put(static_cast<char>(i % kClasses));
}

}  // namespace

void write_bars(const std::filesystem::path& folder, std::int64_t train, std::int64_t test, std::int64_t side) {
  std::filesystem::create_directories(folder);
  write_part(folder, "train", train, side);
  write_part(folder, "t10k", test, side);
}

ModuleSpec hidden_module(const std::string& name, std::shared_ptr<Backbone> backbone, const std::string& kernel,
                         std::int64_t epochs) {
  ModuleSpec module;
  module.name = name;
  module.backbone = std::move(backbone);
  module.kernel = component<Kernel>(GRAMSTACK_KERNEL, kernel);
  module.losses = {{"alignment", component<Loss>(GRAMSTACK_LOSS, "alignment"), 1}};
  module.optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "0.5"}, {"momentum", "0.9"}});
  module.schedule.epochs = epochs;
  module.batch = 24;
  module.resolved = "module: " + name + "\nkernel:\n  type: " + kernel + "\n";
  return module;
}

ModuleSpec output_module(std::int64_t epochs) {
  ModuleSpec module;
  module.name = "classifier";
  module.backbone = component<Backbone>(GRAMSTACK_BACKBONE, "linear");
  module.losses = {{"cross-entropy", component<Loss>(GRAMSTACK_LOSS, "cross-entropy"), 1}};
  module.optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "adamw", {{"lr", "0.02"}});
  module.schedule.epochs = epochs;
  module.batch = 50;  // 216 = 4 x 50 + 16: the last batch is smaller
  module.resolved = "module: classifier\n";
  return module;
}

Pipeline bars_pipeline(const std::filesystem::path& data) {
  Pipeline pipeline;
  pipeline.name = "bars";
  pipeline.seed = 3;
  pipeline.device = device("reference");
  pipeline.data.dataset = component<Dataset>(GRAMSTACK_DATASET, "idx", {{"path", data.string()}});
  pipeline.data.validation = 24;
  const Settings widths{{"widths", "[16, 12]"}};
  pipeline.stack = {hidden_module("features", component<Backbone>(GRAMSTACK_BACKBONE, "mlp", widths), "relu", 3),
                    output_module(2)};
  pipeline.given = "name: bars\n";
  pipeline.resolved = "name: bars  # given\n";
  return pipeline;
}

void set_output_epochs(Pipeline& pipeline, std::int64_t epochs) {
  pipeline.stack[1].schedule.epochs = epochs;
  pipeline.stack[1].resolved = "module: classifier\nepochs: " + std::to_string(epochs) + "\n";
}

RunOptions options_of(const std::filesystem::path& folder) {
  RunOptions options;
  options.folder = folder;
  return options;
}

std::string run_until(const Pipeline& pipeline, RunOptions options, std::int64_t steps, bool begin, int signal) {
  std::atomic<int> stop = 0;
  options.stop = &stop;
  options.progress = [&](const Progress& progress) {
    if (!progress.epoch_done && --steps == 0) stop = signal;
  };
  return failure_of([&] { begin ? run(pipeline, options) : resume(pipeline, options); });
}

Outcome outcome_of(const std::filesystem::path& run_folder) {
  Outcome outcome;
  outcome.metrics = read_text(run_folder / "metrics.jsonl");
  nlohmann::json report = nlohmann::json::parse(read_text(run_folder / "report.json"));
  report.erase("seconds");
  for (nlohmann::json& module : report["modules"]) {
    outcome.hashes.push_back(module["hash"]);
    module.erase("seconds");
  }
  outcome.report = report.dump();
  return outcome;
}

void check_resumed(const Pipeline& pipeline, const ScratchFolder& folder, std::int64_t steps, const Outcome& whole,
                   std::int64_t stride) {
  for (std::int64_t stop = 1; stop <= steps; stop += stride) {
    const RunOptions options = options_of(folder / ("stop" + std::to_string(stop)));
    CHECK(run_until(pipeline, options, stop, true) == "130: interrupted; the run can be resumed");
    CHECK_FALSE(std::filesystem::exists(options.folder / "report.json"));
    resume(pipeline, options);
    CHECK(outcome_of(options.folder) == whole);
  }
}

void check_same(const TensorMap& values, const TensorMap& expected) {
  REQUIRE(values.size() == expected.size());
  for (const TensorMap::value_type& entry : expected) {
    const std::string& name = entry.first;
    CAPTURE(name);
    REQUIRE(values.contains(name));
    CHECK(values.at(name).bytes == entry.second.bytes);
  }
}

}  // namespace gramstack::test
