#include <doctest/doctest.h>

#include "support/pairwise.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("loss class-mean: objectives of three points") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    CHECK(gaussian_objective(device, "class-mean") == Rounded{-1.3100});
    CHECK(tanh_objective(device, "class-mean") == Rounded{-0.0160});
    CHECK(gaussian_objective(device, "class-mean", {{"temperature", "0.5"}}) == Rounded{-0.7870});
    CHECK(tanh_objective(device, "class-mean", {{"temperature", "0.5"}}) == Rounded{-0.2530});
  }
}

// Expected value: the definition, written out for two classes of two images and one of one.
TEST_CASE("loss class-mean: a class counts once, however many images it has") {
  const PairwiseBatch batch = {{1, 0, 3, 4, 0, 2, 4, 3, 1, 1}, 2, {0, 0, 1, 1, 2}};
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const std::shared_ptr<Loss> loss = make<Loss>("class-mean", {{"temperature", "0.5"}});
    CHECK(pairwise(device, *make<Kernel>("relu"), *loss, batch).loss == doctest::Approx(1.331804942).epsilon(1e-6));
  }
}

TEST_CASE("loss class-mean: gradient agrees with central differences") {
  CHECK(check_pairwise_gradient("class-mean") == "");
  CHECK(check_pairwise_gradient("class-mean", {{"temperature", "0.5"}}) == "");
}

TEST_CASE("loss class-mean: finite with finite gradients on degenerate batches") {
  CHECK(check_degenerate_batches("class-mean") == "");
  CHECK(check_degenerate_batches("class-mean", {{"temperature", "0.02"}}) == "");
}

TEST_CASE("loss class-mean: pairs with an unlabelled image count nothing") {
  CHECK(check_unknown_pairs("class-mean") == "");
}
