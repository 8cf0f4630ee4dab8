#include <doctest/doctest.h>

#include "support/pairwise.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("loss alignment: known objectives of three points") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    CHECK(gaussian_objective(device, "alignment") == Rounded{0.5299});
    CHECK(tanh_objective(device, "alignment") == Rounded{0.5176});
    CHECK(gaussian_objective(device, "alignment", {{"triangle", "full"}}) == Rounded{0.7733});
    CHECK(tanh_objective(device, "alignment", {{"triangle", "full"}}) == Rounded{0.7155});
    CHECK(tanh_objective(device, "alignment", {{"pairs", "negative"}}) == Rounded{0.1405});
    CHECK(tanh_objective(device, "alignment", {{"triangle", "full"}, {"pairs", "negative"}}) == Rounded{0.1405});
    CHECK(gaussian_objective(device, "alignment", {{"centered", "true"}}) == Rounded{-0.6789});
    CHECK(tanh_objective(device, "alignment", {{"centered", "true"}}) == Rounded{0.7420});
    CHECK(gaussian_objective(device, "alignment", {{"centered", "true"}, {"triangle", "full"}}) == Rounded{0.2879});
  }
}

TEST_CASE("loss alignment: gradient agrees with central differences") {
  CHECK(check_pairwise_gradient("alignment") == "");
  CHECK(check_pairwise_gradient("alignment", {{"triangle", "full"}}) == "");
  CHECK(check_pairwise_gradient("alignment", {{"pairs", "negative"}}) == "");
  CHECK(check_pairwise_gradient("alignment", {{"centered", "true"}}) == "");
  CHECK(check_pairwise_gradient("alignment", {{"triangle", "full"}, {"pairs", "negative"}}) == "");
}

TEST_CASE("loss alignment: finite with finite gradients on degenerate batches") {
  CHECK(check_degenerate_batches("alignment") == "");
  CHECK(check_degenerate_batches("alignment", {{"triangle", "full"}}) == "");
  CHECK(check_degenerate_batches("alignment", {{"pairs", "negative"}}) == "");
  CHECK(check_degenerate_batches("alignment", {{"centered", "true"}}) == "");
  CHECK(check_degenerate_batches("alignment", {{"triangle", "full"}, {"pairs", "negative"}}) == "");
}

TEST_CASE("loss alignment: pairs with an unlabelled image count nothing") {
  CHECK(check_unknown_pairs("alignment") == "");
  CHECK(check_unknown_pairs("alignment", {{"pairs", "negative"}}) == "");
  CHECK(check_unknown_pairs("alignment", {{"centered", "true"}}) == "");
}

TEST_CASE("loss alignment: value of a collapsed batch and of empty ones") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("relu");
  const std::shared_ptr<Loss> upper = make<Loss>("alignment");
  // All K are 1: the root of the share of same pairs.
  const PairwiseBatch collapsed = {{1, 1, 1, 1}, 1, {0, 0, 1, 1}};
  CHECK(pairwise("reference", *kernel, *upper, collapsed).loss == doctest::Approx(-std::sqrt(4.0 / 12)));
  CHECK(pairwise("reference", *kernel, *upper, {{1, 1, 1}, 1, {0, 1, 2}}).loss == 0);
  CHECK(pairwise("reference", *kernel, *upper, {{1}, 1, {0}}).loss == 0);
  CHECK(pairwise("reference", *kernel, *make<Loss>("alignment", {{"triangle", "full"}}), {{1}, 1, {0}}).loss == -1);
}

TEST_CASE("loss alignment: negative pairs alone are refused for kernels with minimum 0") {
  const std::shared_ptr<Loss> loss = make<Loss>("alignment", {{"pairs", "negative"}});
  CHECK(message_of([&] {
          loss->check({0, 1});
        }) ==
        "parameter pairs: 'negative' is undefined for a kernel whose smallest value is 0: the ideal matrix would be "
        "all zeros and has no direction to align with; use 'all', the tanh kernel, or the negative pairs of loss mse, "
        "raw, contrastive or log-contrastive");
  CHECK(message_of([&] { loss->check({-1, 1}); }) == "");
  CHECK(message_of([&] { make<Loss>("alignment")->check({0, 1}); }) == "");
}
