#include "estimators/objectives.h"

#include <doctest/doctest.h>

#include <numeric>

#include "support/make.h"

using namespace gramstack;
using namespace gramstack::analysis;
using test::make;

namespace {

NamedLoss loss(const std::string& name, const test::Settings& settings = {}) {
  return {name, make<Loss>(name, settings)};
}

const std::vector<float> kRows{1, 3, 0.5f, -2, 9, 0.1f};
const std::vector<std::int32_t> kLabels{0, 1, 0};
const Outputs kThree{kRows, {2}, kLabels};

}  // namespace

// Oracle: an evaluation of the published formulas in Python.
TEST_CASE("analysis: objectives of three examples") {
  const std::vector<NamedLoss> losses{loss("raw"), loss("mse"), loss("alignment", {{"triangle", "full"}}),
                                      loss("contrastive"), loss("log-contrastive")};
  const std::vector<double> gaussian{-0.2889, -0.2964, 0.7733, 0.3136, -1.1597};
  const std::vector<double> tanh{0.2654, -0.4881, 0.7155, 0.4925, -0.7083};
  const std::shared_ptr<Device> device = make<Device>("reference");
  const std::vector<std::pair<std::shared_ptr<Kernel>, std::vector<double>>> kernels{
      {make<Kernel>("gaussian", {{"sigma", "10"}}), gaussian}, {make<Kernel>("tanh"), tanh}};
  for (const auto& [kernel, wanted] : kernels) {
    const std::vector<ObjectiveValues> values = measure_objectives(*device, *kernel, losses, kThree, {{0, 1, 2}});
    for (std::size_t i = 0; i < losses.size(); ++i) {
      CAPTURE(losses[i].name);
      CHECK(values[i].mean() == doctest::Approx(wanted[i]).epsilon(2e-4));
    }
  }
}

TEST_CASE("analysis: an objective is the mean over blocks of any sizes") {
  const std::shared_ptr<Device> device = make<Device>("reference");
  const std::shared_ptr<Kernel> kernel = make<Kernel>("tanh");
  const std::vector<NamedLoss> losses{loss("raw")};
  const ObjectiveValues values = measure_objectives(*device, *kernel, losses, kThree, {{0, 1}, {2, 0}, {0, 1, 2}})[0];
  REQUIRE(values.blocks.size() == 3);
  CHECK(values.blocks[2] == doctest::Approx(0.2654).epsilon(2e-4));
  CHECK(values.mean() == doctest::Approx((values.blocks[0] + values.blocks[1] + values.blocks[2]) / 3));
}

TEST_CASE("analysis: a loss that is undefined for the kernel is refused by name") {
  const std::vector<NamedLoss> losses{loss("alignment", {{"pairs", "negative"}})};
  CHECK_THROWS_AS(measure_objectives(*make<Device>("reference"), *make<Kernel>("relu"), losses, kThree, {{0, 1, 2}}),
                  Error);
}

TEST_CASE("analysis: blocks are at least ten, of a thousand examples at most") {
  const auto sizes = [](std::size_t count, std::int32_t classes) {
    std::vector<std::int32_t> labels(count);
    for (std::size_t i = 0; i < count; ++i) labels[i] = static_cast<std::int32_t>(i) % classes;
    std::vector<std::size_t> found;
    for (const std::vector<std::int64_t>& block : objective_blocks(labels)) found.push_back(block.size());
    return found;
  };
  CHECK(sizes(12000, 2) == std::vector<std::size_t>(12, 1000));
  CHECK(sizes(2000, 2) == std::vector<std::size_t>(10, 200));
  CHECK(sizes(40, 5) == std::vector<std::size_t>(4, 10));
}

TEST_CASE("analysis: kernel features fill batches from any number of rows") {
  const std::shared_ptr<Device> device = make<Device>("reference");
  std::vector<float> values;
  const std::vector<std::int32_t> labels(300, 0);
  for (int i = 0; i < 300; ++i)
    for (const int x : {3, -1, 4}) values.push_back(static_cast<float>(x * (i + 1)));
  const Rows rows = kernel_features(*device, *make<Kernel>("relu"), {values, {3}, labels});
  REQUIRE(rows.rows() == 300);
  REQUIRE(rows.cols() == 3);
  for (const Eigen::Index i : {0, 255, 256, 299}) {
    CHECK(rows(i, 0) == doctest::Approx(0.6));
    CHECK(rows(i, 1) == 0);
    CHECK(rows(i, 2) == doctest::Approx(0.8));
  }
  const Rows given = kernel_features(*device, *make<Kernel>("gaussian", {{"sigma", "2"}}), {values, {3}, labels});
  CHECK(given.cols() == 3);
  CHECK(given(299, 1) == -300);
}
