// The inverse Cholesky factor, and the Nystrom feature map that it makes of similarities to centres.
#include "training/inverse_factor.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "fixture.h"
#include "store/module_file.h"
#include "support/evaluate.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

/// The [rows,width] a times the transpose of the [columns,width] b.
std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b, std::size_t width) {
  const std::size_t rows = a.size() / width, columns = b.size() / width;
  std::vector<double> result(rows * columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      for (std::size_t k = 0; k < width; ++k) result[i * columns + j] += a[i * width + k] * b[j * width + k];
  return result;
}

/// How far F (gram + ridge I) F^T is from the identity.
double distance_from_identity(const std::vector<double>& factor, std::vector<double> gram, std::size_t m,
                              double ridge) {
  for (std::size_t i = 0; i < m; ++i) gram[i * m + i] += ridge;
  const std::vector<double> identity = product(factor, product(factor, gram, m), m);
  double distance = 0;
  for (std::size_t i = 0; i < m * m; ++i)
    distance = std::max(distance, std::abs(identity[i] - (i % (m + 1) == 0 ? 1 : 0)));
  return distance;
}

/// exp(-|u-v|^2 / 2) of rows.
std::vector<double> gaussian_gram(const std::vector<double>& rows, std::size_t width) {
  const std::size_t m = rows.size() / width;
  std::vector<double> gram(m * m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < m; ++j) {
      double square = 0;
      for (std::size_t k = 0; k < width; ++k) square += std::pow(rows[i * width + k] - rows[j * width + k], 2);
      gram[i * m + j] = std::exp(-square / 2);
    }
  return gram;
}

Pipeline nystrom_pipeline(const std::filesystem::path& data) {
  Pipeline pipeline = bars_pipeline(data);
  const Settings settings{{"sigma", "1"}, {"centers", "20"}, {"nystrom", "0.01"}};
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "gaussian", settings);
  return pipeline;
}

}  // namespace

TEST_CASE("training: the inverse Cholesky factor of two rows by hand") {
  const std::vector<float> factor = inverse_factor({0.75f, 0.5f, 0.5f, 0.75f}, 2, 0.25, "factor");
  CHECK(factor[0] == 1);
  CHECK(factor[1] == 0);
  CHECK(factor[2] == doctest::Approx(-0.5 / std::sqrt(0.75)).epsilon(1e-7));
  CHECK(factor[3] == doctest::Approx(1 / std::sqrt(0.75)).epsilon(1e-7));
}

TEST_CASE("training: the inverse Cholesky factor makes the identity of a Gram matrix of several blocks") {
  const std::vector<double> gram = gaussian_gram(normal_values(300 * 3, 1), 3);
  const std::vector<float> values = inverse_factor({gram.begin(), gram.end()}, 300, 0.01, "factor");
  const std::vector<double> factor(values.begin(), values.end());
  CHECK(distance_from_identity(factor, gram, 300, 0.01) < 1e-3);
  CHECK(distance_from_identity(factor, gram, 300, 0.02) > 1e-2);
  for (std::size_t i = 0; i < 300; ++i)
    for (std::size_t j = i + 1; j < 300; ++j) REQUIRE(factor[i * 300 + j] == 0);
}

TEST_CASE("training: a Gram matrix that is not positive definite has no Cholesky factor") {
  CHECK(failure_of([] {
          inverse_factor({1, 2, 2, 1}, 2, 0.5, "above/kernel/factor");
        }) ==
        "7: above/kernel/factor: the Gram matrix of its 2 examples is not positive definite with 0.5 on its diagonal: "
        "a larger ridge is needed");
}

TEST_CASE("training: the Nystrom map belongs to the module above, and gives the centres their kernel's Gram matrix") {
  const BarsFolder folder;
  const Pipeline pipeline = nystrom_pipeline(folder.data());
  const RunReport report = run(pipeline, options_of(folder / "run"));
  CHECK(report.test_accuracy > 0.5);
  const ModuleFile classifier = read_module_file(report.modules[1].file);
  REQUIRE(classifier.tensors.contains("kernel/factor"));
  const std::vector<double> centres = decode(DataType::f32, classifier.tensors.at("kernel/centers").bytes);
  const std::vector<double> factor = decode(DataType::f32, classifier.tensors.at("kernel/factor").bytes);
  const std::vector<double> gram = gaussian_gram(centres, 12);
  CHECK(distance_from_identity(factor, gram, 20, 0.01) < 1e-3);

  // <phi(x), phi(y)> = k(x, centres) (K + ridge I)^-1 k(centres, y): of centres within ridge of K.
  const std::vector<double> map = product(gram, factor, 20);
  const std::vector<double> products = product(map, map, 20);
  for (std::size_t i = 0; i < products.size(); ++i) CHECK(std::abs(products[i] - gram[i]) < 0.0101);
}

TEST_CASE("training: an interrupted run with a Nystrom map is resumed to the same bytes") {
  const BarsFolder folder;
  const Pipeline pipeline = nystrom_pipeline(folder.data());
  run(pipeline, options_of(folder / "whole"));
  const Outcome whole = outcome_of(folder / "whole");
  check_resumed(pipeline, folder, 3 * 9 + 2 * 5, whole, 12);
}
