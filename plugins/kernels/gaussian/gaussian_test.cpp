#include <doctest/doctest.h>

#include <cmath>

#include "support/kernel_check.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("kernel gaussian: similarity falls with the squared distance") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("gaussian", {{"sigma", "2"}, {"centers", "1"}});
  CHECK(kernel->range().min == 0);
  CHECK(kernel->range().max == 1);
  const Tensors centers = {{"centers", {1, 1}}};
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const KernelValues values = evaluate_kernel(device, *kernel, {2, 2}, {0, 0, 3, 4}, centers);
    CHECK(values.gram[1] == doctest::Approx(std::exp(-25.0 / 8)).epsilon(1e-6));
    CHECK(values.features_shape == Shape{2, 1});
    CHECK(values.features[0] == doctest::Approx(std::exp(-2.0 / 8)).epsilon(1e-6));
    CHECK(values.features[1] == doctest::Approx(std::exp(-13.0 / 8)).epsilon(1e-6));
  }
}

TEST_CASE("kernel gaussian: an offset common to all examples costs no digits") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("gaussian", {{"sigma", "1"}, {"centers", "2"}});
  const std::vector<double> x = {0, 0.5, 1, 1.5, -0.25, 0.75};  // exact in f32 also after the shift
  std::vector<double> shifted = x;
  for (double& value : shifted) value += 4096;
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const KernelValues near = evaluate_kernel(device, *kernel, {3, 2}, x, {{"centers", {0, 0.5, 1, 1}}});
    const KernelValues far =
        evaluate_kernel(device, *kernel, {3, 2}, shifted, {{"centers", {4096, 4096.5, 4097, 4097}}});
    CHECK(check_gram(*kernel, far) == "");
    for (std::size_t i = 0; i < 9; ++i) CHECK(far.gram[i] == doctest::Approx(near.gram[i]).epsilon(1e-3));
    for (std::size_t i = 0; i < 6; ++i) CHECK(far.features[i] == doctest::Approx(near.features[i]).epsilon(1e-3));
    for (std::size_t i = 0; i < 3; ++i) CHECK(far.gram[i * 4] == 1);
  }
}

TEST_CASE("kernel gaussian: the Nystrom map is the inverse factor times the similarities") {
  const std::shared_ptr<Kernel> kernel =
      make<Kernel>("gaussian", {{"sigma", "2"}, {"centers", "2"}, {"nystrom", "1e-3"}});
  const Tensors states = {{"centers", {1, 1, 3, 4}}, {"factor", {2, 0, -1, 3}}};
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const KernelValues values = evaluate_kernel(device, *kernel, {2, 2}, {0, 0, 3, 4}, states);
    const double first = std::exp(-2.0 / 8), second = std::exp(-25.0 / 8), third = std::exp(-13.0 / 8);
    CHECK(values.features_shape == Shape{2, 2});
    CHECK(values.features[0] == doctest::Approx(2 * first).epsilon(1e-6));
    CHECK(values.features[1] == doctest::Approx(3 * second - first).epsilon(1e-6));
    CHECK(values.features[2] == doctest::Approx(2 * third).epsilon(1e-6));
    CHECK(values.features[3] == doctest::Approx(3 - third).epsilon(1e-6));
    CHECK(values.gram[1] == doctest::Approx(second).epsilon(1e-6));
  }
}

TEST_CASE("kernel gaussian: the factor of the Nystrom map is that of the centers, and is kept") {
  Graph graph;
  Builder b(graph, Mode::training);
  const Settings settings = {{"sigma", "2"}, {"centers", "7"}, {"balanced", "false"}, {"nystrom", "0.25"}};
  make<Kernel>("gaussian", settings)->features(b, b.input("x", {DataType::f32, {3, 5}}));
  const Parameter* factor = graph.find_parameter("factor");
  REQUIRE(factor);
  CHECK(graph.shape(factor->value) == Shape{7, 7});
  CHECK(factor->role == Role::state);
  CHECK(factor->initializer.kind == Initializer::Kind::inverse_factor);
  CHECK(factor->initializer.scale == 0.25);
  CHECK_FALSE(factor->initializer.balanced);
}

TEST_CASE("kernel gaussian: maps are compared as vectors") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("gaussian", {{"sigma", "2"}, {"centers", "2"}});
  const std::vector<double> x = normal_values(3 * 8, 4);
  const Tensors centers = {{"centers", normal_values(16, 5)}};
  const KernelValues maps = evaluate_kernel("reference", *kernel, {3, 2, 2, 2}, x, centers);
  const KernelValues vectors = evaluate_kernel("reference", *kernel, {3, 8}, x, centers);
  CHECK(maps.gram == vectors.gram);
  CHECK(maps.features == vectors.features);
  CHECK(maps.features_shape == Shape{3, 2});
}

TEST_CASE("kernel gaussian: centers are training examples, kept or trained") {
  for (const bool trainable : {false, true}) {
    Graph graph;
    Builder b(graph, Mode::training);
    const std::shared_ptr<Kernel> kernel =
        make<Kernel>("gaussian", {{"sigma", "2"}, {"balanced", "false"}, {"trainable", trainable ? "true" : "false"}});
    kernel->features(b, b.input("x", {DataType::f32, {3, 5}}));
    const Parameter* centers = graph.find_parameter("centers");
    REQUIRE(centers);
    CHECK(graph.shape(centers->value) == Shape{1000, 5});
    CHECK(centers->role == (trainable ? Role::weight : Role::state));
    CHECK(centers->initializer.kind == Initializer::Kind::examples);
    CHECK_FALSE(centers->initializer.balanced);
  }
}

TEST_CASE("kernel gaussian: gradients agree with central differences") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("gaussian", {{"sigma", "1.5"}, {"centers", "3"}});
  const std::vector<double> weights = normal_values(16, 3);
  CHECK(check_gradients({.shapes = {{4, 3}}}, [&](Builder& b, const std::vector<Value>& x) {
          const Value factors = b.constant({4, 4}, weights);
          return b.sum(b.multiply(kernel->gram(b, x[0]), factors));
        }) == "");
}

TEST_CASE("kernel gaussian: the Nystrom map wants centers that are kept") {
  CHECK(message_of([] {
          make<Kernel>("gaussian", {{"sigma", "2"}, {"trainable", "true"}, {"nystrom", "1e-3"}});
        }) == "parameter nystrom: wants centers that are kept: leave out trainable");
}

TEST_CASE("kernel gaussian: sigma is above zero") {
  CHECK(message_of([] { make<Kernel>("gaussian", {{"sigma", "0"}}); }) == "parameter sigma: must be above zero");
}
