#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "estimators/h_score.h"
#include "estimators/log_me.h"
#include "estimators/nearest_neighbors.h"

using namespace gramstack::analysis;

namespace {

struct Sample {
  Rows rows;
  std::vector<std::int32_t> labels;
  std::int64_t classes;
  LabelledRows view() const { return {rows, labels, classes}; }
};

/// Waves that the class moves a little; labels in turn.
Sample waves(int count, int width, int classes) {
  Sample sample{Rows(count, width), {}, classes};
  for (int i = 0; i < count; ++i) {
    const int label = i % classes;
    sample.labels.push_back(label);
    for (int j = 0; j < width; ++j)
      sample.rows(i, j) = static_cast<float>(std::sin(1.7 * i * (j + 1) + 0.3 * j) + 0.5 * std::cos(label * (j + 1.0)));
  }
  return sample;
}

Sample line(const std::vector<float>& places, const std::vector<std::int32_t>& labels, std::int64_t classes) {
  Sample sample{Rows(static_cast<Eigen::Index>(places.size()), 1), labels, classes};
  for (std::size_t i = 0; i < places.size(); ++i) sample.rows(static_cast<Eigen::Index>(i), 0) = places[i];
  return sample;
}

}  // namespace

// Oracles: numpy 1.24 and scipy 1.10 from the definitions. H-score: trace(pinv(cov(f)) cov(means)); shrinkage: the
// sums of Ledoit and Wolf's paper over single rows; evidence: of the regression's normal distribution with
// slogdet(alpha I + beta F^T F), maximised over both precisions by the Nelder-Mead method; neighbours: full sorts.
TEST_CASE("analysis: H-score, LogME and nearest neighbours") {
  const Sample many = waves(60, 5, 3);
  CHECK(h_score(many.view()) == doctest::Approx(0.8296837506274775).epsilon(1e-9));
  CHECK(regularized_h_score(many.view()) == doctest::Approx(0.0913143630470853).epsilon(1e-9));
  CHECK(log_me(many.view()) == doctest::Approx(-0.7805176738274341).epsilon(1e-5));
  CHECK(nearest_neighbor_accuracy(many.view(), 5) == doctest::Approx(0.45));
  CHECK(nearest_neighbor_accuracy(many.view(), 1) == doctest::Approx(32.0 / 60));
}

TEST_CASE("analysis: estimators of more features than examples") {
  const Sample few = waves(20, 30, 2);
  CHECK(h_score(few.view()) == doctest::Approx(1).epsilon(1e-9));
  CHECK(regularized_h_score(few.view()) == doctest::Approx(0.6588804794456854).epsilon(1e-9));
  CHECK(log_me(few.view()) == doctest::Approx(-0.5927513557648207).epsilon(1e-5));
  CHECK(nearest_neighbor_accuracy(few.view(), 5) == 1);
  CHECK(nearest_neighbor_accuracy(few.view(), 1) == doctest::Approx(0.9));
}

TEST_CASE("analysis: estimators of features that say nothing are finite") {
  Sample sample = waves(20, 4, 2);
  sample.rows.setZero();
  CHECK(h_score(sample.view()) == 0);
  CHECK(regularized_h_score(sample.view()) == 0);
  CHECK(std::isfinite(log_me(sample.view())));
  CHECK(log_me(sample.view()) < log_me(waves(20, 4, 2).view()));
  sample.rows.setOnes();
  CHECK(h_score(sample.view()) == doctest::Approx(0));
  CHECK(std::isfinite(log_me(sample.view())));
}

TEST_CASE("analysis: a class without examples changes nothing but the mean evidence") {
  Sample sample = waves(60, 5, 3);
  const double h = h_score(sample.view()), neighbors = nearest_neighbor_accuracy(sample.view(), 5);
  sample.classes = 4;
  CHECK(h_score(sample.view()) == doctest::Approx(h));
  CHECK(nearest_neighbor_accuracy(sample.view(), 5) == neighbors);
  CHECK(std::isfinite(log_me(sample.view())));
}

TEST_CASE("analysis: of neighbours' classes with equal counts the nearest one's wins") {
  // The place 0 of class 0 has the neighbours 1 (class 0), 2 (class 1), and is alone in being right by them.
  CHECK(nearest_neighbor_accuracy(line({0, 1, 2.5f}, {0, 0, 1}, 2).view(), 2) == doctest::Approx(2.0 / 3));
  CHECK(nearest_neighbor_accuracy(line({0, 1, 2.5f}, {0, 1, 0}, 2).view(), 2) == 0);
  CHECK(nearest_neighbor_accuracy(line({0, 1, 2, 10}, {0, 0, 0, 1}, 2).view(), 100) == doctest::Approx(0.75));
}

TEST_CASE("analysis: neighbours are found across blocks of rows") {
  std::vector<float> places;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 600; ++i) {
    places.push_back(static_cast<float>(i % 300) + (i < 300 ? 0.0f : 0.1f));  // a twin 300 rows away
    labels.push_back(i % 300 % 7);
  }
  CHECK(nearest_neighbor_accuracy(line(places, labels, 7).view(), 1) == 1);
}
