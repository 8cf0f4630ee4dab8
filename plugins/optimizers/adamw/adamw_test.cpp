#include <doctest/doctest.h>

#include <cmath>

#include "support/descent.h"

using namespace gramstack;
using namespace gramstack::test;

// Expected values: torch.optim.AdamW and Adam in f64.
TEST_CASE("optimizer adamw: three steps") {
  CHECK(check_descent("adamw", {{"lr", "0.1"}},
                      {{0.899000010, -1.898000005, 0.399500003},
                       {0.809663364, -1.829096184, 0.359078648},
                       {0.791182870, -1.835853859, 0.318177031}}) == "");
}

TEST_CASE("optimizer adamw: without weight decay it is Adam") {
  CHECK(check_descent("adamw", {{"lr", "0.1"}, {"weight_decay", "0"}},
                      {{0.900000010, -1.900000005, 0.400000003},
                       {0.811562364, -1.832994184, 0.359978148},
                       {0.793891534, -1.841580955, 0.319435610}}) == "");
}

TEST_CASE("optimizer adamw: three steps with other decays and epsilon") {
  const Settings settings = {
      {"lr", "0.01"}, {"beta1", "0"}, {"beta2", "0.5"}, {"epsilon", "1e-3"}, {"weight_decay", "0.1"}};
  CHECK(check_descent("adamw", settings,
                      {{0.989099010, -1.988049751, 0.489533223},
                       {0.976085711, -1.986061701, 0.494238888},
                       {0.984634618, -1.995838211, 0.489954782}}) == "");
}

TEST_CASE("optimizer adamw: the first step has the size of the rate, also in f32") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    const std::shared_ptr<Optimizer> adam = make<Optimizer>("adamw", {{"lr", "0.5"}, {"weight_decay", "0"}});
    CHECK(std::abs(descend(device, *adam, {0}, {{3}})[0][0] + 0.5) < 1e-6);
  }
}

TEST_CASE("optimizer adamw: slots, rate and epsilon") {
  CHECK(slot_names(*make<Optimizer>("adamw")) == "layer/weight/mean layer/weight/square");
  CHECK(make<Optimizer>("adamw")->learning_rate() == 1e-3);
  CHECK(message_of([] {
          make<Optimizer>("adamw", {{"epsilon", "0"}});
        }) == "parameter epsilon: must be above zero: it keeps steps finite where gradients vanish");
}

TEST_CASE("optimizer adamw: a parameter's own rate, without decay") {
  const std::shared_ptr<Optimizer> adam = make<Optimizer>("adamw", {{"lr", "0.1"}, {"weight_decay", "0.5"}});
  CHECK(descend("reference", *adam, {1}, {{2}}, {3, true})[0][0] == doctest::Approx(1 - 0.3 * 0.5 - 0.3));
  CHECK(descend("reference", *adam, {1}, {{2}}, {3, false})[0][0] == doctest::Approx(1 - 0.3));
}
