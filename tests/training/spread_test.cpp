// Labels for all images from few, by clusters of their features.
#include "training/spread.h"

#include <doctest/doctest.h>

#include <cmath>

#include "fixture.h"
#include "store/module_file.h"
#include "training/label_study.h"
#include "training/parameters.h"
#include "training/training_feed.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

struct Arrow {
  double degrees;
  std::int32_t label = kUnlabelled;
  double length = 1;
};

std::vector<std::int32_t> spread(const std::vector<Arrow>& arrows, std::size_t classes = 2) {
  FeatureTable table{{}, 2};
  std::vector<std::int32_t> labels;
  for (const Arrow& arrow : arrows) {
    const double angle = arrow.degrees * std::acos(-1) / 180;
    table.rows.push_back(static_cast<float>(arrow.length * std::cos(angle)));
    table.rows.push_back(static_cast<float>(arrow.length * std::sin(angle)));
    labels.push_back(arrow.label);
  }
  return spread_labels(table, std::move(labels), classes);
}

using Labels = std::vector<std::int32_t>;

/// The definition in f64: rows of `width` numbers, of unit length.
Labels spread_slowly(const std::vector<double>& rows, std::size_t width, const Labels& given, std::size_t classes) {
  Labels labels = given, before;
  while (labels != before) {
    before = labels;
    std::vector<double> sums(classes * width);
    for (std::size_t i = 0; i < labels.size(); ++i)
      for (std::size_t k = 0; labels[i] != kUnlabelled && k < width; ++k)
        sums[static_cast<std::size_t>(labels[i]) * width + k] += rows[i * width + k];
    for (std::size_t i = 0; i < labels.size(); ++i) {
      double best = -2;
      for (std::size_t c = 0; given[i] == kUnlabelled && c < classes; ++c) {
        double product = 0, square = 0;
        for (std::size_t k = 0; k < width; ++k) {
          product += sums[c * width + k] * rows[i * width + k];
          square += sums[c * width + k] * sums[c * width + k];
        }
        if (product / std::sqrt(square) <= best) continue;
        best = product / std::sqrt(square);
        labels[i] = static_cast<std::int32_t>(c);
      }
    }
  }
  return labels;
}

std::vector<double> unit_rows(const FeatureTable& table) {
  const std::size_t width = static_cast<std::size_t>(table.width);
  std::vector<double> rows(table.rows.begin(), table.rows.end());
  for (std::size_t begin = 0; begin < rows.size(); begin += width) {
    double square = 0;
    for (std::size_t k = 0; k < width; ++k) square += rows[begin + k] * rows[begin + k];
    for (std::size_t k = 0; k < width; ++k) rows[begin + k] /= std::sqrt(square);
  }
  return rows;
}

}  // namespace

TEST_CASE("training: a label goes to the images that are most similar") {
  CHECK(spread({{0, 0}, {100, 1}, {10}, {-30}, {80}, {120}}) == Labels{0, 1, 0, 0, 1, 1});
  CHECK(spread({{0, 0}, {100, 1}, {10, kUnlabelled, 50}, {80, kUnlabelled, 0.01}}) == Labels{0, 1, 0, 1});
}

TEST_CASE("training: spread labels follow the centres of their clusters, given ones stay") {
  // 28 degrees are nearer to 0 than to 60 at first; once the rows at -40 have joined, their centre is at -27.
  CHECK(spread({{0, 0}, {60, 1}, {28}, {-40}, {-40}}) == Labels{0, 1, 1, 0, 0});
  CHECK(spread({{0, 0}, {60, 1}, {28, 0}, {-40}, {-40}}) == Labels{0, 1, 0, 0, 0});
}

TEST_CASE("training: a class without a label gets no image, a row of zeros goes to the first that has one") {
  CHECK(spread({{0, 2}, {100, 1}, {10}, {50, kUnlabelled, 0}}, 4) == Labels{2, 1, 2, 1});
}

TEST_CASE("training: a module is trained on all images with labels spread from one of each class") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].schedule.epochs = 12;
  pipeline.stack[1].labels_per_class = 1;
  const RunReport few = run(pipeline, options_of(folder / "few"));
  pipeline.stack[1].spread_labels = true;
  const Preparation prepared = prepare(pipeline, false, std::size_t{1} << 20);
  const TensorMap parameters = with_prefix(read_module_file(few.modules[0].file).tensors, "features/");
  const Segment output = prepared.segments[1];
  const Examples labelled = labelled_examples(prepared, output, parameters, {});
  REQUIRE(labelled.size() == 4);
  const Feed feed = training_feed(prepared, output, parameters, {});
  CHECK(feed.source() == Source::features);
  const Examples& all = feed.examples();
  REQUIRE(all.size() == 216);

  const Records records = pipeline.data.dataset->records(Split::train);
  Labels given;
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < 216; ++i) {
    given.push_back(kUnlabelled);
    for (std::int64_t l = 0; l < 4; ++l)
      if (labelled.image(l) == all.image(i)) given.back() = labelled.labels()[static_cast<std::size_t>(l)];
    const std::int32_t truth = records.labels[static_cast<std::size_t>(all.image(i))];
    right += all.labels()[static_cast<std::size_t>(i)] == truth ? 1 : 0;
  }
  const FeatureTable inputs = inputs_of(prepared.network, 1, parameters, all, {});
  const Labels expected = spread_slowly(unit_rows(inputs), static_cast<std::size_t>(inputs.width), given, 4);
  CHECK(Labels(all.labels().begin(), all.labels().end()) == expected);
  CHECK(right > 190);

  const RunReport spread = run(pipeline, options_of(folder / "spread"));
  CHECK(spread.modules[0].hash == few.modules[0].hash);
  CHECK(spread.test_accuracy > 0.9);
  LabelStudy study(pipeline, folder / "spread", RunOptions().feature_memory, {}, {});
  CHECK(study.output_module({1, 0}) == doctest::Approx(spread.test_accuracy));
  LabelStudy without_table(pipeline, folder / "spread", 0, {}, {});
  CHECK(without_table.output_module({1, 0}) == doctest::Approx(spread.test_accuracy));
}
