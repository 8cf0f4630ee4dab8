#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "statistics/bootstrap.h"
#include "statistics/clustering.h"
#include "statistics/rank_correlation.h"

using namespace gramstack::analysis;

namespace {

struct Lists {
  std::vector<double> x, y;
};

/// 40 values each; rounded, they have many ties.
Lists waves(bool rounded) {
  Lists lists;
  for (int i = 0; i < 40; ++i) {
    const double a = std::sin(1.3 * i + 0.5), b = std::sin(1.3 * i + 0.9) + 0.5 * std::cos(2.7 * i);
    lists.x.push_back(rounded ? std::nearbyint(2 * a) : a);
    lists.y.push_back(rounded ? std::nearbyint(2 * b) : b);
  }
  return lists;
}

}  // namespace

// Oracles: scipy 1.10's stats.kendalltau and stats.weightedtau; the first lists are those of their documentation.
TEST_CASE("analysis: Kendall's and the weighted tau") {
  const std::vector<double> x{12, 2, 1, 12, 2}, y{1, 4, 7, 1, 0};
  CHECK(kendall_tau(x, y) == doctest::Approx(-0.4714045207910316).epsilon(1e-12));
  CHECK(weighted_tau(x, y) == doctest::Approx(-0.5669496815368272).epsilon(1e-12));
  const Lists plain = waves(false), tied = waves(true);
  CHECK(kendall_tau(plain.x, plain.y) == doctest::Approx(0.6025641025641026).epsilon(1e-12));
  CHECK(weighted_tau(plain.x, plain.y) == doctest::Approx(0.5580035930830178).epsilon(1e-12));
  CHECK(kendall_tau(tied.x, tied.y) == doctest::Approx(0.6895294503955979).epsilon(1e-12));
  CHECK(weighted_tau(tied.x, tied.y) == doctest::Approx(0.6908847214882123).epsilon(1e-12));
}

TEST_CASE("analysis: rank correlations of equal, of reversed and of no rankings") {
  const std::vector<double> up{1, 2, 3}, down{3, 2, 1}, flat{2, 2, 2}, one{1}, none;
  CHECK(kendall_tau(up, up) == 1);
  CHECK(kendall_tau(up, down) == -1);
  CHECK(weighted_tau(up, up) == 1);
  CHECK(weighted_tau(up, down) == -1);
  for (const std::vector<double>& list : {flat, one, none}) {
    CHECK(std::isnan(kendall_tau(list, list)));
    CHECK(std::isnan(weighted_tau(list, list)));
  }
}

TEST_CASE("analysis: quantiles lie straight between neighbours") {
  const std::vector<double> values{1, 2, 4, 8};
  CHECK(quantile(values, 0) == 1);
  CHECK(quantile(values, 0.5) == 3);
  CHECK(quantile(values, 0.9) == doctest::Approx(6.8));
  CHECK(quantile(values, 1) == 8);
}

// The mean of 400 values of variance 1/12 has a standard deviation of 1/sqrt(12 * 400) = 0.01443.
TEST_CASE("analysis: a bootstrap interval is as wide as the mean is unsure") {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back((i + 0.5) / 400);
  const Interval interval = mean_interval(values, {.replicates = 4000});
  CHECK(interval.low == doctest::Approx(0.5 - 1.96 * 0.01443).epsilon(0.004));
  CHECK(interval.high == doctest::Approx(0.5 + 1.96 * 0.01443).epsilon(0.004));
  const Interval narrow = mean_interval(values, {.level = 0.5, .replicates = 4000});
  CHECK(narrow.high - narrow.low == doctest::Approx(2 * 0.6745 * 0.01443).epsilon(0.06));
  CHECK(mean_interval(values, {.replicates = 4000}).low == interval.low);
  CHECK(mean_interval(values, {.replicates = 4000, .seed = 1}).low != interval.low);
  CHECK(std::isnan(mean_interval(std::vector<double>{1}).low));
  CHECK(mean_interval(std::vector<double>{3, 3, 3}).high == 3);
}

// Oracle: scipy 1.10's cluster.hierarchy.linkage(pdist(points), "average") and leaves_list.
TEST_CASE("analysis: average linkage") {
  const std::vector<std::pair<double, double>> points{{0, 0}, {1, 0}, {5, 0}, {5, 2}, {9, 9}, {1.5, 0.2}};
  std::vector<std::vector<double>> distances;
  for (const auto& [x, y] : points) {
    distances.emplace_back();
    for (const auto& [u, v] : points) distances.back().push_back(std::hypot(x - u, y - v));
  }
  const std::vector<Merge> merges = average_linkage(distances);
  REQUIRE(merges.size() == 5);
  const std::vector<std::vector<double>> wanted{
      {1, 5, 0.53851648, 2}, {0, 6, 1.2566373, 3}, {2, 3, 2, 2}, {7, 8, 4.38312402, 5}, {4, 9, 10.84861428, 6}};
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    CHECK(static_cast<double>(merges[i].first) == wanted[i][0]);
    CHECK(static_cast<double>(merges[i].second) == wanted[i][1]);
    CHECK(merges[i].distance == doctest::Approx(wanted[i][2]).epsilon(1e-8));
    CHECK(static_cast<double>(merges[i].size) == wanted[i][3]);
  }
  CHECK(leaf_order(merges) == std::vector<std::size_t>{4, 0, 1, 5, 2, 3});
}

TEST_CASE("analysis: clusters of one thing and of equal distances") {
  CHECK(average_linkage({{0}}).empty());
  CHECK(leaf_order({}) == std::vector<std::size_t>{0});
  const std::vector<Merge> merges = average_linkage({{0, 1, 1}, {1, 0, 1}, {1, 1, 0}});
  CHECK(merges[0].first == 0);
  CHECK(merges[0].second == 1);
  CHECK(merges[1].distance == 1);
}
