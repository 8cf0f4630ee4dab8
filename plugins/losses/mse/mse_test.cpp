#include <doctest/doctest.h>

#include "support/pairwise.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("loss mse: known objectives of three points") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    CHECK(gaussian_objective(device, "mse") == Rounded{-0.2964});
    CHECK(tanh_objective(device, "mse") == Rounded{-0.4881});
    CHECK(gaussian_objective(device, "mse", {{"pairs", "negative"}}) == Rounded{-0.6207});
    CHECK(tanh_objective(device, "mse", {{"pairs", "negative"}}) == Rounded{-1.0481});
  }
}

TEST_CASE("loss mse: gradient agrees with central differences") {
  CHECK(check_pairwise_gradient("mse") == "");
  CHECK(check_pairwise_gradient("mse", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss mse: finite with finite gradients on degenerate batches") {
  CHECK(check_degenerate_batches("mse") == "");
  CHECK(check_degenerate_batches("mse", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss mse: pairs with an unlabelled image count nothing") {
  CHECK(check_unknown_pairs("mse", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss mse: the diagonal counts with the known pairs, also for an unlabelled image") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("tanh");
  // K is 1 between all three; labels 0, 1, unknown: two ordered pairs at distance 2 from -1, five entries in all.
  const PairwiseBatch batch = {{1, 1, 1}, 1, {0, 1, -1}};
  CHECK(pairwise("reference", *kernel, *make<Loss>("mse"), batch).loss == doctest::Approx(2 * 4.0 / 5));
}
