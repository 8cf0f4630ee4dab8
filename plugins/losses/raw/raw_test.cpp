#include <doctest/doctest.h>

#include "support/pairwise.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("loss raw: known objectives of three points") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    CHECK(gaussian_objective(device, "raw") == Rounded{-0.2889});
    CHECK(tanh_objective(device, "raw") == Rounded{0.2654});
    CHECK(gaussian_objective(device, "raw", {{"pairs", "negative"}}) == Rounded{-0.7815});
    CHECK(tanh_objective(device, "raw", {{"pairs", "negative"}}) == Rounded{0.0563});
  }
}

TEST_CASE("loss raw: gradient agrees with central differences") {
  CHECK(check_pairwise_gradient("raw") == "");
  CHECK(check_pairwise_gradient("raw", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss raw: finite with finite gradients on degenerate batches") {
  CHECK(check_degenerate_batches("raw") == "");
  CHECK(check_degenerate_batches("raw", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss raw: pairs with an unlabelled image count nothing") {
  CHECK(check_unknown_pairs("raw") == "");
  CHECK(check_unknown_pairs("raw", {{"pairs", "negative"}}) == "");
}
