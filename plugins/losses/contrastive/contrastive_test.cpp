#include <doctest/doctest.h>

#include "support/pairwise.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("loss contrastive: known objectives of three points") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    CHECK(gaussian_objective(device, "contrastive") == Rounded{0.3136});
    CHECK(tanh_objective(device, "contrastive") == Rounded{0.4925});
    CHECK(gaussian_objective(device, "contrastive", {{"pairs", "negative"}}) == Rounded{-2.1957});
    CHECK(tanh_objective(device, "contrastive", {{"pairs", "negative"}}) == Rounded{-1.0207});
  }
}

TEST_CASE("loss contrastive: gradient agrees with central differences") {
  CHECK(check_pairwise_gradient("contrastive") == "");
  CHECK(check_pairwise_gradient("contrastive", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss contrastive: finite with finite gradients on degenerate batches") {
  CHECK(check_degenerate_batches("contrastive") == "");
  CHECK(check_degenerate_batches("contrastive", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss contrastive: pairs with an unlabelled image count nothing") {
  CHECK(check_unknown_pairs("contrastive") == "");
  CHECK(check_unknown_pairs("contrastive", {{"pairs", "negative"}}) == "");
}
