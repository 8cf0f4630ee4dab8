#include <doctest/doctest.h>

#include "support/pairwise.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("loss supervised-contrastive: objectives of three points") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    CHECK(gaussian_objective(device, "supervised-contrastive") == Rounded{-1.3100});
    CHECK(tanh_objective(device, "supervised-contrastive") == Rounded{-0.0160});
    CHECK(gaussian_objective(device, "supervised-contrastive", {{"temperature", "0.5"}}) == Rounded{-0.7870});
    CHECK(tanh_objective(device, "supervised-contrastive", {{"temperature", "0.5"}}) == Rounded{-0.2530});
  }
}

// Expected value: the definition, written out for five images.
TEST_CASE("loss supervised-contrastive: known value of five images") {
  const PairwiseBatch batch = {{1, 0, 3, 4, 0, 2, 4, 3, 1, 1}, 2, {0, 0, 1, 1, 2}};
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const std::shared_ptr<Loss> loss = make<Loss>("supervised-contrastive", {{"temperature", "0.5"}});
    CHECK(pairwise(device, *make<Kernel>("relu"), *loss, batch).loss == doctest::Approx(1.650222155).epsilon(1e-6));
  }
}

TEST_CASE("loss supervised-contrastive: gradient agrees with central differences") {
  CHECK(check_pairwise_gradient("supervised-contrastive") == "");
  CHECK(check_pairwise_gradient("supervised-contrastive", {{"temperature", "0.5"}}) == "");
}

TEST_CASE("loss supervised-contrastive: finite with finite gradients on degenerate batches") {
  CHECK(check_degenerate_batches("supervised-contrastive") == "");
  CHECK(check_degenerate_batches("supervised-contrastive", {{"temperature", "0.02"}}) == "");
}

TEST_CASE("loss supervised-contrastive: pairs with an unlabelled image count nothing") {
  CHECK(check_unknown_pairs("supervised-contrastive") == "");
}
