#include "training/sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/scratch_folder.h"

using namespace gramstack;

namespace {

using Labels = std::vector<std::int32_t>;

const std::vector<std::string> kClasses{"ant", "bee", "cat"};

/// So many images of each class, mixed.
Labels labels_of(std::vector<int> counts) {
  Labels labels;
  while (std::any_of(counts.begin(), counts.end(), [](int count) { return count > 0; }))
    for (std::size_t c = 0; c < counts.size(); ++c)
      if (counts[c]-- > 0) labels.push_back(static_cast<std::int32_t>(c));
  return labels;
}

std::map<std::int32_t, int> class_counts(const Labels& labels, const Indices& images) {
  std::map<std::int32_t, int> counts;
  for (const std::int64_t i : images) ++counts[labels[static_cast<std::size_t>(i)]];
  return counts;
}

Indices joined(const std::vector<Indices>& parts) {
  Indices all;
  for (const Indices& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end());
  return all;
}

std::size_t distinct(const Indices& images) { return std::set<std::int64_t>(images.begin(), images.end()).size(); }

}  // namespace

TEST_CASE("training: validation images are equally many of each class and in no other part") {
  const Labels labels = labels_of({30, 40, 50});
  const Partition parts = partition({labels, kClasses}, 31, 5);
  CHECK(class_counts(labels, parts.validation) == std::map<std::int32_t, int>{{0, 11}, {1, 10}, {2, 10}});
  CHECK(parts.training.size() == 89);
  CHECK(distinct(joined({parts.training, parts.validation})) == 120);
  CHECK(std::is_sorted(parts.training.begin(), parts.training.end()));
  CHECK(parts.validation == partition({labels, kClasses}, 31, 5).validation);
  CHECK(parts.validation != partition({labels, kClasses}, 31, 6).validation);
  CHECK(partition({labels, kClasses}, 0, 5).training.size() == 120);
}

TEST_CASE("training: a class that validation would use up is an error") {
  const Labels labels = labels_of({30, 4, 50});
  CHECK(test::failure_of([&] {
          partition({labels, kClasses}, 12, 0);
        }) ==
        "3: data: validation: 12 holds out 4 images of each class, but class 'bee' has only 4 training images: "
        "hold out fewer");
  CHECK(partition({labels, kClasses}, 9, 0).validation.size() == 9);
}

TEST_CASE("training: few labels are so many of each class, and more contain fewer") {
  const Labels labels = labels_of({30, 4, 50});
  const Partition parts = partition({labels, kClasses}, 6, 1);
  const Indices one = few_per_class({labels, kClasses}, parts.training, 1, 1);
  const Indices two = few_per_class({labels, kClasses}, parts.training, 2, 1);
  CHECK(class_counts(labels, one) == std::map<std::int32_t, int>{{0, 1}, {1, 1}, {2, 1}});
  CHECK(class_counts(labels, two) == std::map<std::int32_t, int>{{0, 2}, {1, 2}, {2, 2}});
  CHECK(std::includes(two.begin(), two.end(), one.begin(), one.end()));
  CHECK(std::includes(parts.training.begin(), parts.training.end(), two.begin(), two.end()));
  CHECK(test::failure_of([&] {
          few_per_class({labels, kClasses}, parts.training, 3, 1);
        }) == "3: labels: per_class: 3 is wanted, but class 'bee' has only 2 training images");
}

TEST_CASE("training: blocks are of nearly one size and share") {
  const Labels labels = labels_of({700, 900, 1000});
  const std::vector<Indices> blocks = stratified_blocks(labels, 1000);
  CHECK(blocks.size() == 3);
  CHECK(distinct(joined(blocks)) == 2600);
  for (const Indices& block : blocks) {
    CHECK(std::abs(static_cast<int>(block.size()) - 867) <= 1);
    const std::map<std::int32_t, int> counts = class_counts(labels, block);
    CHECK(std::abs(counts.at(0) - 233) <= 1);
    CHECK(std::abs(counts.at(1) - 300) <= 1);
    CHECK(std::abs(counts.at(2) - 333) <= 1);
  }
  CHECK(stratified_blocks(labels_of({3, 2}), 1000).size() == 1);
  CHECK(stratified_blocks({}, 1000).empty());
}

TEST_CASE("training: balanced batches have an equal share of every class") {
  const Labels labels = labels_of({100, 100, 100});
  const BatchOrder order(BatchOrder::Kind::balanced, labels, 32, 2);
  CHECK(order.steps() == 9);
  CHECK(order.last_batch() == 32);
  const std::vector<Indices> batches = order.epoch(0);
  CHECK(batches.size() == 9);
  for (const Indices& batch : batches) {
    CHECK(batch.size() == 32);
    CHECK(distinct(batch) == 32);
    for (const auto& [label, count] : class_counts(labels, batch)) CHECK((count == 10 || count == 11));
  }
  CHECK(distinct(joined(batches)) == 288);
  for (const auto& [label, count] : class_counts(labels, joined(batches))) CHECK(count == 96);
  CHECK(batches == order.epoch(0));
  CHECK(batches != order.epoch(1));
}

TEST_CASE("training: where balance allows, an epoch has every image once") {
  const Labels labels = labels_of({100, 100, 100});
  for (const std::int64_t batch : {30, 60, 100, 50, 300}) {
    const Indices all = joined(BatchOrder(BatchOrder::Kind::balanced, labels, batch, 2).epoch(3));
    CHECK(all.size() == 300);
    CHECK(distinct(all) == 300);
  }
}

TEST_CASE("training: of small classes images come again, of large ones some wait") {
  const Labels labels = labels_of({10, 20, 60});
  const BatchOrder order(BatchOrder::Kind::balanced, labels, 30, 0);
  const std::vector<Indices> batches = order.epoch(0);
  CHECK(batches.size() == 3);
  for (const Indices& batch : batches)
    CHECK(class_counts(labels, batch) == std::map<std::int32_t, int>{{0, 10}, {1, 10}, {2, 10}});
  CHECK(distinct(batches[0]) == 30);
  std::set<std::int64_t> seen;
  for (std::int64_t epoch = 0; epoch < 20; ++epoch)
    for (const std::int64_t image : joined(order.epoch(epoch))) seen.insert(image);
  CHECK(seen.size() == 90);
}

TEST_CASE("training: a batch smaller than the number of classes takes them by turns") {
  const Labels labels = labels_of({20, 20, 20});
  const std::vector<Indices> batches = BatchOrder(BatchOrder::Kind::balanced, labels, 2, 0).epoch(0);
  CHECK(batches.size() == 30);
  for (const Indices& batch : batches) CHECK(class_counts(labels, batch).size() == 2);
  CHECK(distinct(joined(batches)) == 60);
}

TEST_CASE("training: a class that never occurs takes no part") {
  const Labels labels{0, 2, 0, 2};
  CHECK(class_counts(labels, BatchOrder(BatchOrder::Kind::balanced, labels, 4, 0).epoch(0)[0]) ==
        std::map<std::int32_t, int>{{0, 2}, {2, 2}});
}

TEST_CASE("training: shuffled batches have every image once, the last is smaller") {
  const Labels labels = labels_of({40, 30, 30});
  const BatchOrder order(BatchOrder::Kind::shuffled, labels, 32, 9);
  CHECK(order.steps() == 4);
  CHECK(order.last_batch() == 4);
  const std::vector<Indices> batches = order.epoch(0);
  CHECK(batches[0].size() == 32);
  CHECK(batches[3].size() == 4);
  CHECK(distinct(joined(batches)) == 100);
  CHECK(batches != order.epoch(1));
}

TEST_CASE("training: a batch larger than the set is the set") {
  for (const BatchOrder::Kind kind : {BatchOrder::Kind::shuffled, BatchOrder::Kind::balanced}) {
    const BatchOrder order(kind, labels_of({5, 5}), 128, 0);
    CHECK(order.batch() == 10);
    CHECK(order.last_batch() == 10);
    CHECK(order.steps() == 1);
    CHECK(distinct(order.epoch(0)[0]) == 10);
  }
  CHECK(test::failure_of([] { BatchOrder(BatchOrder::Kind::shuffled, {}, 1, 0); }) ==
        "5: there are no training images");
}

using Flip = Augmentation::Flip;

TEST_CASE("training: augmentation offsets stay in their ranges and depend on epoch and image") {
  const AugmentationStream stream({4, Flip::random}, 0), unflipped({4, Flip::none}, 0);
  std::set<std::int32_t> rows, columns, mirrors;
  for (std::int64_t image = 0; image < 500; ++image) {
    const std::array<std::int32_t, 3> offsets = stream.offsets(1, image);
    rows.insert(offsets[0]);
    columns.insert(offsets[1]);
    mirrors.insert(offsets[2]);
    CHECK(unflipped.offsets(1, image) == std::array<std::int32_t, 3>{offsets[0], offsets[1], 0});
  }
  CHECK(rows == std::set<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(columns == rows);
  CHECK(mirrors == std::set<std::int32_t>{0, 1});
  CHECK(stream.offsets(1, 7) == stream.offsets(1, 7));
  CHECK(AugmentationStream({0, Flip::none}, 0).offsets(3, 3) == std::array<std::int32_t, 3>{0, 0, 0});
}

TEST_CASE("training: alternating flips mirror about half the images in the first epoch, then each in every second one") {
  const AugmentationStream stream({0, Flip::alternating}, 0), random({0, Flip::random}, 0);
  std::int64_t mirrored = 0, drawn_anew = 0;
  for (std::int64_t image = 0; image < 1000; ++image) {
    const std::int32_t first = stream.offsets(0, image)[2];
    mirrored += first;
    CHECK(first == random.offsets(0, image)[2]);
    for (std::int64_t epoch = 1; epoch < 5; ++epoch) CHECK(stream.offsets(epoch, image)[2] == (first + epoch) % 2);
    drawn_anew += random.offsets(2, image)[2] == first ? 0 : 1;
  }
  CHECK(mirrored == doctest::Approx(500).epsilon(0.1));
  CHECK(drawn_anew == doctest::Approx(500).epsilon(0.1));
}
