// Features and Gram matrices of hidden modules, from a finished run.
#include "training/features.h"

#include <doctest/doctest.h>

#include <cmath>

#include "fixture.h"
#include "training/prepare.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

struct TrainedBars {
  BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  TrainedBars() { run(pipeline, options_of(folder / "run")); }
  FrozenStack stack() const { return load_stack(pipeline, folder / "run"); }
};

double dot(const Features& features, std::int64_t i, std::int64_t j) {
  double sum = 0;
  for (std::int64_t k = 0; k < features.width; ++k)
    sum += static_cast<double>(features.values[static_cast<std::size_t>(i * features.width + k)]) *
           features.values[static_cast<std::size_t>(j * features.width + k)];
  return sum;
}

/// Mean of k over pairs of the same class minus that over pairs of different ones.
double contrast(const std::vector<float>& gram, std::span<const std::int32_t> labels) {
  double sums[2] = {0, 0}, counts[2] = {0, 0};
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const bool same = labels[i] == labels[j];
      sums[same] += gram[i * labels.size() + j];
      ++counts[same];
    }
  return sums[1] / counts[1] - sums[0] / counts[0];
}

}  // namespace

TEST_CASE("training: features are rows of unit length whose products are the kernel") {
  const TrainedBars bars;
  const FrozenStack stack = bars.stack();
  const Examples test = all_examples(stack.network, Split::test);
  const Features features = hidden_features(stack, 0, test);
  REQUIRE(features.rows() == 80);
  CHECK(features.width == 12);
  CHECK(features.labels[6] == 2);
  const std::vector<float> gram = hidden_gram(stack, 0, test);
  REQUIRE(gram.size() == 6400);
  for (const std::int64_t i : {0, 7, 79})
    for (const std::int64_t j : {0, 3, 79})
      CHECK(gram[static_cast<std::size_t>(80 * i + j)] == doctest::Approx(dot(features, i, j)).epsilon(1e-5));
  CHECK(dot(features, 5, 5) == doctest::Approx(1));
}

TEST_CASE("training: a stack before training has the run's own initial weights, and lower contrast") {
  const TrainedBars bars;
  const FrozenStack trained = bars.stack(), fresh = before_training(trained, 0);
  CHECK(fresh.parameters.size() == trained.parameters.size());
  const Examples test = all_examples(trained.network, Split::test);
  const double before = contrast(hidden_gram(fresh, 0, test), test.labels());
  const double after = contrast(hidden_gram(trained, 0, test), test.labels());
  CHECK(after > before + 0.2);
  const FrozenStack half = before_training(trained, 1);
  CHECK(half.parameters.at("features/linear1/weight") == trained.parameters.at("features/linear1/weight"));
  CHECK(half.parameters.at("classifier/linear/weight") == fresh.parameters.at("classifier/linear/weight"));
}

TEST_CASE("training: features of a kernel without finite features are its unit similarities to the centres") {
  BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "gaussian", {{"sigma", "1"}, {"centers", "20"}});
  run(pipeline, options_of(folder / "run"));
  const FrozenStack stack = load_stack(pipeline, folder / "run");
  const Examples test = all_examples(stack.network, Split::test);
  const Features features = hidden_features(stack, 0, test);
  CHECK(features.width == 20);
  CHECK(dot(features, 3, 3) == doctest::Approx(1));
  CHECK(hidden_gram(stack, 0, test)[81] == doctest::Approx(1));
}

TEST_CASE("training: a subset has as many images of each class, as far as there are") {
  const TrainedBars bars;
  const FrozenStack stack = bars.stack();
  const Indices some{0, 1, 2, 3, 4, 5, 8, 12, 16};  // class 0: five, 1: two, 2 and 3: one
  const Examples subset = examples_per_class(stack.network, Split::train, some, 2, 1);
  const std::vector<std::int32_t> labels(subset.labels().begin(), subset.labels().end());
  CHECK(labels == std::vector<std::int32_t>{0, 0, 1, 1, 2, 3});
  CHECK(subset.image(0) != subset.image(1));
  CHECK(subset.image(4) == 2);
  CHECK(hidden_features(stack, 0, subset).labels == labels);
  CHECK(hidden_features(stack, 0, examples_per_class(stack.network, Split::train, {}, 2, 1)).rows() == 0);
}

TEST_CASE("training: a folder without a finished run has no stack") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  std::filesystem::create_directories(folder / "run");
  CHECK(failure_of([&] { load_stack(pipeline, folder / "run"); }) ==
        "6: " + (folder / "run").string() + " holds no finished run: it has no report.json");
}
