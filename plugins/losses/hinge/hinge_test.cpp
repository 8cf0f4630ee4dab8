#include <doctest/doctest.h>

#include "support/supervised.h"

using namespace gramstack;
using namespace gramstack::test;

// Expected values: torch.nn.functional.multi_margin_loss in f64.
TEST_CASE("loss hinge: known values by margin and power") {
  const std::vector<std::pair<Settings, double>> cases = {
      {{}, 0.25},
      {{{"power", "2"}}, 0.375},
      {{{"margin", "0.5"}}, 0.166666667},
      {{{"margin", "2.5"}}, 0.916666667},
  };
  for (const std::string& device : devices())
    for (const auto& [settings, expected] : cases) {
      CAPTURE(device);
      CHECK(supervised(device, *make<Loss>("hinge", settings), two_images()).loss ==
            doctest::Approx(expected).epsilon(1e-6));
    }
}

TEST_CASE("loss hinge: gradient agrees with central differences") {
  CHECK(check_supervised_gradient("hinge") == "");
  CHECK(check_supervised_gradient("hinge", {{"margin", "0.3"}, {"power", "2"}}) == "");
}

TEST_CASE("loss hinge: images without a label count nothing") {
  const std::shared_ptr<Loss> loss = make<Loss>("hinge");
  Scores scores = two_images();
  scores.values.insert(scores.values.end(), {5, 5, -5});
  scores.labels.push_back(3);
  const Outcome outcome = supervised("reference", *loss, scores);
  CHECK(outcome.loss == doctest::Approx(0.25));
  CHECK(outcome.gradient[6] == 0);
  CHECK(supervised("reference", *loss, {{1, 2, 3}, 3, {-1}}).loss == 0);
}
