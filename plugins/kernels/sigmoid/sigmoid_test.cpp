#include <doctest/doctest.h>

#include <cmath>

#include "support/kernel_check.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("kernel sigmoid: similarity is the cosine of the features") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("sigmoid");
  CHECK(kernel->range().min == 0);
  CHECK(kernel->range().max == 1);
  const auto phi = [](double u) { return 1 / (1 + std::exp(-u)); };
  const double a = phi(0.5), b = phi(-2), c = phi(1), d = phi(3);
  const double norm = std::sqrt(a * a + b * b), cosine = (a * c + b * d) / norm / std::sqrt(c * c + d * d);
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const KernelValues values = evaluate_kernel(device, *kernel, {2, 2}, {0.5, -2, 1, 3});
    CHECK(values.gram[1] == doctest::Approx(cosine).epsilon(1e-6));
    CHECK(values.features[0] == doctest::Approx(a / norm).epsilon(1e-6));
    CHECK(values.features[1] == doctest::Approx(b / norm).epsilon(1e-6));
    CHECK(check_gram(*kernel, evaluate_kernel(device, *kernel, {9, 5}, normal_values(45, 2))) == "");
  }
}

TEST_CASE("kernel sigmoid: maps are compared as vectors and passed on as maps") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("sigmoid");
  const std::vector<double> x = normal_values(3 * 2 * 2 * 2, 4);
  const KernelValues maps = evaluate_kernel("reference", *kernel, {3, 2, 2, 2}, x);
  CHECK(maps.gram == evaluate_kernel("reference", *kernel, {3, 8}, x).gram);
  CHECK(maps.features_shape == Shape{3, 2, 2, 2});
  const auto phi = [](double u) { return 1 / (1 + std::exp(-u)); };
  CHECK(maps.features[5] == doctest::Approx(phi(x[5])));
}

TEST_CASE("kernel sigmoid: gradient agrees with central differences") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("sigmoid");
  CHECK(check_kernel_gradient(*kernel, {4, 6}) == "");
  CHECK(check_kernel_gradient(*kernel, {3, 2, 2, 2}) == "");
}
