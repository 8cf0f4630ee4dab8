#include <doctest/doctest.h>

#include <cmath>

#include "support/kernel_check.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

Shape features_shape(const Settings& settings, const Shape& shape) {
  Graph graph;
  Builder b(graph, Mode::inference);
  return b.shape(make<Kernel>("relu-pool", settings)->features(b, b.input("x", {DataType::f32, shape})));
}

}  // namespace

TEST_CASE("kernel relu-pool: rectified maps are averaged by window and normalised") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("relu-pool", {{"window", "2"}});
  CHECK(kernel->range().min == 0);
  CHECK(kernel->range().max == 1);
  const std::vector<double> x = {1, -1, 2, 2, 3, 0, -9, 0};  // one 2x4 map: windows average to 1 and 1
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const KernelValues values = evaluate_kernel(device, *kernel, {1, 1, 2, 4}, x);
    CHECK(values.features_shape == Shape{1, 2});
    CHECK(values.features[0] == doctest::Approx(std::sqrt(0.5)));
    CHECK(values.features[1] == doctest::Approx(std::sqrt(0.5)));
    CHECK(check_gram(*kernel, evaluate_kernel(device, *kernel, {5, 3, 4, 4}, normal_values(240, 2))) == "");
  }
}

TEST_CASE("kernel relu-pool: size of the features by window") {
  CHECK(features_shape({}, {2, 16, 4, 4}) == Shape{2, 16});
  CHECK(features_shape({}, {2, 16, 8, 8}) == Shape{2, 64});
  CHECK(features_shape({}, {2, 16, 3, 3}) == Shape{2, 16});
  CHECK(features_shape({}, {2, 16, 3, 2}) == Shape{2, 16});
  CHECK(features_shape({{"window", "0"}}, {2, 16, 7, 7}) == Shape{2, 16});
  CHECK(features_shape({{"window", "2"}}, {2, 16, 4, 6}) == Shape{2, 96});
}

TEST_CASE("kernel relu-pool: gradient agrees with central differences") {
  CHECK(check_kernel_gradient(*make<Kernel>("relu-pool", {{"window", "2"}}), {3, 2, 4, 4}) == "");
  CHECK(check_kernel_gradient(*make<Kernel>("relu-pool", {{"window", "0"}}), {3, 2, 3, 2}) == "");
}

TEST_CASE("kernel relu-pool: says what is wrong with an input that it cannot pool") {
  CHECK(message_of([] {
          features_shape({}, {2, 16, 7, 7});
        }) == "parameter window: maps of 7x7 do not divide into squares of 4; use a divisor, or 0 for the whole map");
  CHECK(
      message_of([] {
        features_shape({}, {2, 16});
      }) ==
      "configuration: kernel relu-pool wants feature maps [n,channels,height,width], got [2,16]; use relu for vectors");
}
