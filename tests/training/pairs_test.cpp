#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <set>

#include "fixture.h"
#include "store/files.h"
#include "store/module_file.h"
#include "training/examples.h"
#include "training/pair_batches.h"
#include "training/prepare.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

constexpr std::int32_t kImages = 240, kClasses = 4;  // of write_bars: image i is of class i % 4

/// Every image with some of those after it, by its true class.
std::vector<PairLabel> true_pairs(std::int32_t each) {
  std::vector<PairLabel> pairs;
  for (std::int32_t i = 0; i < kImages; ++i)
    for (std::int32_t k = 1; k <= each; ++k) {
      const std::int32_t j = (i + 7 * k) % kImages;
      pairs.push_back({i, j, i % kClasses == j % kClasses, 1});
    }
  return pairs;
}

std::shared_ptr<const PairFile> pair_file(const std::vector<PairLabel>& pairs, bool infer) {
  return std::make_shared<const PairFile>(PairFile{"/pairs.csv", "0123", static_cast<std::int64_t>(pairs.size()),
                                                   PairLabels(kImages, pairs, infer, "/pairs.csv")});
}

Pipeline pair_pipeline(const std::filesystem::path& data, bool infer) {
  Pipeline pipeline = bars_pipeline(data);
  pipeline.data.pairs = pair_file(true_pairs(6), infer);
  pipeline.stack[0].schedule.epochs = 12;
  pipeline.stack[1].schedule.epochs = 40;
  return pipeline;
}

/// The same images with labels that say nothing about them.
void spoil_labels(const std::filesystem::path& data) {
  const std::filesystem::path file = data / "train-labels-idx1-ubyte";
  std::string text = read_text(file);
  for (std::int32_t i = 0; i < kImages; ++i)
    text[8 + static_cast<std::size_t>(i)] = static_cast<char>(i / 2 % kClasses);
  write_atomically(file, text);
}

class Recorder final : public Plan {
 public:
  void write(std::string_view name, std::span<const std::byte> bytes) override {
    std::vector<float>& numbers = written[std::string(name)];
    numbers.resize(bytes.size() / sizeof(float));
    std::memcpy(numbers.data(), bytes.data(), bytes.size());
  }
  void read(std::string_view, std::span<std::byte>) const override {}
  void run() override {}
  MemoryReport memory() const override { return {}; }

  std::map<std::string, std::vector<float>> written;
};

}  // namespace

TEST_CASE("training: a step is told the known pairs of its images, and no label") {
  const BarsFolder folder;
  const Pipeline pipeline = pair_pipeline(folder.data(), false);
  const Preparation preparation = prepare(pipeline, false, 1 << 20);
  Feed feed(preparation.network, training_examples(preparation, {0, 0}));
  feed.teach(pipeline.data.pairs->known);
  const Indices batch = {0, 5, 9, 30, 31, 100};
  Recorder plan;
  feed.write_truth(plan, batch);
  CHECK(plan.written.size() == 2);
  for (std::size_t i = 0; i < batch.size(); ++i)
    for (std::size_t j = 0; j < batch.size(); ++j) {
      const Known known =
          pipeline.data.pairs->known.of(feed.examples().image(batch[i]), feed.examples().image(batch[j]));
      CHECK(plan.written.at("same")[i * batch.size() + j] == (known == Known::same ? 1 : 0));
      CHECK(plan.written.at("different")[i * batch.size() + j] == (known == Known::different ? 1 : 0));
    }
}

TEST_CASE("training: batches of pairs bring each image one of its class and one of another") {
  const PairLabels pairs(kImages, true_pairs(8), false, "");
  const std::vector<Indices> batches = pair_batches(pairs, 24, 10, 3, 1);
  REQUIRE(batches.size() == 10);
  for (const Indices& batch : batches) {
    CHECK(batch.size() == 24);
    CHECK(std::set<std::int64_t>(batch.begin(), batch.end()).size() == 24);
    std::int64_t same = 0, different = 0;
    for (const std::int64_t a : batch)
      for (const std::int64_t b : batch) {
        same += pairs.of(a, b) == Known::same;
        different += pairs.of(a, b) == Known::different;
      }
    CHECK(same >= 2 * 6);
    CHECK(different >= 2 * 6);
  }
  CHECK(pair_batches(pairs, 24, 10, 3, 1) == batches);
  CHECK(pair_batches(pairs, 24, 10, 3, 2) != batches);
  CHECK(pair_batches(pairs, 24, 10, 4, 1) != batches);
  CHECK(images_in_pairs(PairLabels(9, {{7, 2, true, 1}, {2, 5, false, 2}}, false, "")) == Indices{2, 5, 7});
  CHECK(pair_batches(PairLabels(9, {{7, 2, true, 1}, {2, 5, false, 2}}, false, ""), 3, 2, 0, 0).back().size() == 3);
}

TEST_CASE("training: a hidden module that learns from pairs reads no class label") {
  for (const bool infer : {true, false}) {
    CAPTURE(infer);
    const BarsFolder right, wrong;
    spoil_labels(wrong.data());
    const RunReport one = run(pair_pipeline(right.data(), infer), options_of(right / "run"));
    const RunReport other = run(pair_pipeline(wrong.data(), infer), options_of(wrong / "run"));
    const ModuleFile first = read_module_file(one.modules[0].file), second = read_module_file(other.modules[0].file);
    CHECK(first.training_value == second.training_value);
    CHECK(first.validation_value == second.validation_value);
    REQUIRE(first.tensors.size() == second.tensors.size());
    for (const TensorMap::value_type& entry : first.tensors)
      CHECK(second.tensors.at(entry.first).bytes == entry.second.bytes);
    const TensorMap scores = read_module_file(one.modules[1].file).tensors;
    for (const TensorMap::value_type& entry : read_module_file(other.modules[1].file).tensors)
      CHECK(scores.at(entry.first).bytes != entry.second.bytes);
    CHECK(one.test_accuracy > 0.9);
    CHECK(first.data != second.data);
  }
}

TEST_CASE("training: a run on pairs survives an interruption, and other pairs are other data") {
  const BarsFolder folder;
  const Pipeline pipeline = pair_pipeline(folder.data(), true);
  run(pipeline, options_of(folder / "whole"));
  run_until(pipeline, options_of(folder / "stopped"), 7, true);
  Pipeline changed = pipeline;
  changed.data.pairs = std::make_shared<const PairFile>(PairFile{"/pairs.csv", "4567", 1, pipeline.data.pairs->known});
  CHECK(run_until(changed, options_of(folder / "stopped"), 1000000, false).find("data fingerprint") !=
        std::string::npos);
  CHECK(run_until(pipeline, options_of(folder / "stopped"), 1000000, false) == "");
  CHECK(outcome_of(folder / "stopped") == outcome_of(folder / "whole"));
}

TEST_CASE("training: pairs of which none is left for training are refused before any work") {
  const BarsFolder folder;
  Pipeline pipeline = pair_pipeline(folder.data(), true);
  const Indices held = prepare(pipeline, false, 1 << 20).images.validation;
  const std::int32_t one = static_cast<std::int32_t>(held[0]), other = (one + 4) % kImages;
  pipeline.data.pairs = pair_file({{one, other, true, 1}}, true);
  CHECK(failure_of([&] { prepare(pipeline, false, 1 << 20); }) ==
        "5: /pairs.csv: both images of no pair are for training: hold out fewer images");
}
