#include "statistics/spectrum.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace gramstack::analysis;

TEST_CASE("analysis: eigenvalues of a symmetric matrix, the largest first") {
  const std::vector<float> matrix{2, 1, 0, 1, 2, 0, 0, 0, 5};
  const std::vector<double> values = eigenvalues(matrix);
  REQUIRE(values.size() == 3);
  CHECK(values[0] == doctest::Approx(5));
  CHECK(values[1] == doctest::Approx(3));
  CHECK(values[2] == doctest::Approx(1));
  CHECK(eigenvalues({}).empty());
}

TEST_CASE("analysis: principal components of tall and of wide tables") {
  const std::vector<float> tall{-3, 0, 0, 0, 1, 0, 0, -1, 0, 3, 0, 0};
  const Projection of_tall = principal_components(tall, 3);
  REQUIRE(of_tall.points.size() == 4);
  CHECK(std::abs(of_tall.points[0].x) == doctest::Approx(3));
  CHECK(of_tall.points[3].x == doctest::Approx(-of_tall.points[0].x));
  CHECK(std::abs(of_tall.points[1].y) == doctest::Approx(1));
  CHECK(of_tall.first_share == doctest::Approx(0.9));
  CHECK(of_tall.second_share == doctest::Approx(0.1));

  const std::vector<float> wide{7, 1, 4, 4, 11, 1, 4, 4};  // two rows that differ by 4 in one number
  const Projection of_wide = principal_components(wide, 4);
  REQUIRE(of_wide.points.size() == 2);
  CHECK(std::abs(of_wide.points[0].x) == doctest::Approx(2));
  CHECK(of_wide.points[1].x == doctest::Approx(-of_wide.points[0].x));
  CHECK(of_wide.points[0].y == doctest::Approx(0));
  CHECK(of_wide.first_share == doctest::Approx(1));
  CHECK(principal_components(std::vector<float>{1, 2}, 1).points.size() == 2);
}

TEST_CASE("analysis: means over pairs of classes leave out an image with itself") {
  const std::vector<float> gram{1, 0.8f, 0.2f, 0.8f, 1, 0.4f, 0.2f, 0.4f, 1};
  const std::vector<std::int32_t> labels{0, 0, 1};
  const std::vector<double> means = class_pair_means(gram, labels, 2);
  REQUIRE(means.size() == 4);
  CHECK(means[0] == doctest::Approx(0.8));
  CHECK(means[1] == doctest::Approx(0.3));
  CHECK(means[2] == doctest::Approx(0.3));
  CHECK(std::isnan(means[3]));
}

TEST_CASE("analysis: the ideal matrix, and alignment with it") {
  const std::vector<std::int32_t> labels{0, 1, 0};
  const std::vector<float> ideal = ideal_gram(labels, 1, -1);
  CHECK(ideal == std::vector<float>{1, -1, 1, -1, 1, -1, 1, -1, 1});
  CHECK(alignment(ideal, ideal) == doctest::Approx(1));
  const std::vector<float> other{9, 1, 1, 1, 9, 1, 1, 1, 9};
  CHECK(alignment(other, ideal) == doctest::Approx(-2.0 / 6));
  CHECK(alignment(std::vector<float>(9, 0), ideal) == 0);
}
