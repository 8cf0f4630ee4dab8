#include <doctest/doctest.h>

#include "support/pairwise.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("loss log-contrastive: known objectives of three points") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    CHECK(gaussian_objective(device, "log-contrastive") == Rounded{-1.1597});
    CHECK(tanh_objective(device, "log-contrastive") == Rounded{-0.7083});
    CHECK(gaussian_objective(device, "log-contrastive", {{"pairs", "negative"}}) == Rounded{-0.7865});
    CHECK(tanh_objective(device, "log-contrastive", {{"pairs", "negative"}}) == Rounded{-0.0205});
  }
}

TEST_CASE("loss log-contrastive: gradient agrees with central differences") {
  CHECK(check_pairwise_gradient("log-contrastive") == "");
  CHECK(check_pairwise_gradient("log-contrastive", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss log-contrastive: finite with finite gradients on degenerate batches") {
  CHECK(check_degenerate_batches("log-contrastive") == "");
  CHECK(check_degenerate_batches("log-contrastive", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss log-contrastive: pairs with an unlabelled image count nothing") {
  CHECK(check_unknown_pairs("log-contrastive") == "");
  CHECK(check_unknown_pairs("log-contrastive", {{"pairs", "negative"}}) == "");
}

TEST_CASE("loss log-contrastive: without same pairs, different pairs still drive the gradient") {
  const std::shared_ptr<Kernel> kernel = make<Kernel>("tanh");
  const std::shared_ptr<Loss> loss = make<Loss>("log-contrastive");
  const Outcome outcome = pairwise("reference", *kernel, *loss, {{1, 0.5, 0.5, 1}, 2, {0, 1}});
  CHECK(outcome.gradient[1] > 0.1);
  CHECK(pairwise("reference", *kernel, *loss, {{1}, 1, {0}}).loss == 0);
  CHECK(pairwise("reference", *kernel, *make<Loss>("log-contrastive", {{"pairs", "negative"}}), {{1}, 1, {0}}).loss ==
        0);
}
