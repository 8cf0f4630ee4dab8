#include <doctest/doctest.h>

#include "support/supervised.h"

using namespace gramstack;
using namespace gramstack::test;

// Expected values: torch.nn.functional.cross_entropy in f64.
TEST_CASE("loss cross-entropy: known values, also with label smoothing") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const std::shared_ptr<Loss> plain = make<Loss>("cross-entropy");
    const std::shared_ptr<Loss> smooth = make<Loss>("cross-entropy", {{"label_smoothing", "0.1"}});
    CHECK(supervised(device, *plain, two_images()).loss == doctest::Approx(0.713247976).epsilon(1e-6));
    CHECK(supervised(device, *smooth, two_images()).loss == doctest::Approx(0.788247976).epsilon(1e-6));
  }
}

TEST_CASE("loss cross-entropy: gradient agrees with central differences") {
  CHECK(check_supervised_gradient("cross-entropy") == "");
  CHECK(check_supervised_gradient("cross-entropy", {{"label_smoothing", "0.2"}}) == "");
}

TEST_CASE("loss cross-entropy: images without a label count nothing") {
  const std::shared_ptr<Loss> loss = make<Loss>("cross-entropy", {{"label_smoothing", "0.1"}});
  Scores scores = two_images();
  scores.values.insert(scores.values.end(), {5, 5, -5});
  scores.labels.push_back(-1);
  const Outcome outcome = supervised("reference", *loss, scores);
  CHECK(outcome.loss == doctest::Approx(0.788247976));
  CHECK(outcome.gradient[6] == 0);
  CHECK(supervised("reference", *loss, {{1, 2, 3}, 3, {-1}}).loss == 0);
}

TEST_CASE("loss cross-entropy: large scores stay finite") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const Outcome outcome = supervised(device, *make<Loss>("cross-entropy"), {{1000, -1000}, 2, {1}});
    CHECK(outcome.loss == doctest::Approx(2000));
    CHECK(outcome.gradient[0] == doctest::Approx(1));
  }
}
