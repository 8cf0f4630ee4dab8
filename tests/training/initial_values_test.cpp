// Initial values that follow from shapes and from the training images.
#include <doctest/doctest.h>

#include <cmath>

#include "fixture.h"
#include "support/evaluate.h"
#include "training/parameters.h"
#include "training/prepare.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

/// The first module's initial values of its training step.
std::vector<double> initial(const Preparation& prepared, const Graph& graph, const std::string& name) {
  TensorMap values;
  add_initial_values(values, prepared.network, graph, training_examples(prepared, prepared.segments[0]));
  return decode(DataType::f32, values.at(name).bytes);
}

Graph graph_with(const Shape& shape, Initializer initializer) {
  Graph graph;
  Builder(graph, Mode::training).weight("features/filters", shape, initializer);
  return graph;
}

}  // namespace

TEST_CASE("training: identity filters pass their channel on, the others are drawn") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const Preparation prepared = prepare(pipeline, false, 0);
  const std::vector<double> filters =
      initial(prepared, graph_with({5, 3, 3, 3}, Initializer::identity(0.25)), "features/filters");
  REQUIRE(filters.size() == 5 * 27);
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t i = 0; i < 27; ++i) CHECK(filters[k * 27 + i] == (i == k * 9 + 4 ? 1 : 0));
  double square = 0;
  for (std::size_t i = 3 * 27; i < filters.size(); ++i) {
    CHECK(std::abs(filters[i]) <= 0.25);
    square += filters[i] * filters[i] / 54;
  }
  CHECK(square == doctest::Approx(0.25 * 0.25 / 3).epsilon(0.3));
}

TEST_CASE("training: whitening filters make the patches of the images uncorrelated, of mean square one") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const Preparation prepared = prepare(pipeline, false, 0);
  const std::vector<double> filters =
      initial(prepared, graph_with({8, 1, 2, 2}, Initializer::whitening(1e-6)), "features/filters");
  for (std::size_t i = 0; i < 16; ++i) CHECK(filters[16 + i] == -filters[i]);

  const Network& network = prepared.network;
  const Examples examples = training_examples(prepared, prepared.segments[0]);
  std::vector<double> moments(16, 0.0);
  for (std::int64_t e = 0; e < examples.size(); ++e)
    for (std::size_t y = 0; y < 7; ++y)
      for (std::size_t x = 0; x < 7; ++x) {
        double response[4] = {};
        for (std::size_t k = 0; k < 4; ++k)
          for (std::size_t i = 0; i < 4; ++i) {
            const double pixel = examples.pixels(e)[(y + i / 2) * 8 + x + i % 2];
            response[k] += filters[k * 4 + i] * (pixel / 255 - network.mean[0]) / network.deviation[0];
          }
        for (std::size_t k = 0; k < 16; ++k)
          moments[k] += response[k / 4] * response[k % 4] / (49 * static_cast<double>(examples.size()));
      }
  for (std::size_t k = 0; k < 16; ++k) CHECK(std::abs(moments[k] - (k % 5 == 0 ? 1 : 0)) < 1e-3);
}

TEST_CASE("training: fewer whitening filters are the directions of the largest mean squares") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const Preparation prepared = prepare(pipeline, false, 0);
  const std::vector<double> all =
      initial(prepared, graph_with({8, 1, 2, 2}, Initializer::whitening(0.01)), "features/filters");
  const std::vector<double> few =
      initial(prepared, graph_with({2, 1, 2, 2}, Initializer::whitening(0.01)), "features/filters");
  for (std::size_t i = 0; i < 4; ++i) CHECK(few[i] == all[i]);
}

TEST_CASE("training: whitening filters that do not fit the images are refused") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const Preparation prepared = prepare(pipeline, false, 0);
  const auto refusal = [&](const Shape& shape) {
    return failure_of([&] { initial(prepared, graph_with(shape, Initializer::whitening(0.01)), "features/filters"); });
  };
  CHECK(refusal({8, 3, 2, 2}) ==
        "3: features/filters: whitening filters want to read the images' 1 channels; they are [8,3,2,2]");
  CHECK(refusal({9, 1, 2, 2}) ==
        "3: features/filters: whitening filters want to be an even number of filters, at most 8; they are [9,1,2,2]");
  CHECK(refusal({2, 1, 9, 9}) ==
        "3: features/filters: whitening filters want to fit into images of 8 x 8; they are [2,1,9,9]");
}
