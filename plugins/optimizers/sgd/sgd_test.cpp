#include <doctest/doctest.h>

#include "support/descent.h"

using namespace gramstack;
using namespace gramstack::test;

// Expected values: torch.optim.SGD in f64.
TEST_CASE("optimizer sgd: three steps") {
  CHECK(check_descent("sgd", {{"lr", "0.1"}}, {{0.99, -1.98, 0.47}, {0.95, -1.98, 0.48}, {0.98, -2, 0.475}}) == "");
}

TEST_CASE("optimizer sgd: three steps with momentum") {
  CHECK(check_descent("sgd", {{"lr", "0.1"}, {"momentum", "0.9"}},
                      {{0.99, -1.98, 0.47}, {0.941, -1.962, 0.453}, {0.9269, -1.9658, 0.4327}}) == "");
}

TEST_CASE("optimizer sgd: three steps with momentum and weight decay") {
  CHECK(check_descent(
            "sgd", {{"lr", "0.1"}, {"momentum", "0.9"}, {"weight_decay", "0.01"}},
            {{0.989, -1.978, 0.4695}, {0.938111, -1.956222, 0.4515805}, {0.921372789, -1.954665578, 0.430001370}}) ==
        "");
}

TEST_CASE("optimizer sgd: three steps with Nesterov momentum") {
  const Settings settings = {{"lr", "0.1"}, {"momentum", "0.9"}, {"weight_decay", "0.01"}, {"nesterov", "true"}};
  CHECK(check_descent("sgd", settings,
                      {{0.9791, -1.9582, 0.44205},
                       {0.892329710, -1.936659420, 0.435505105},
                       {0.906422213, -1.953355625, 0.410685085}}) == "");
}

TEST_CASE("optimizer sgd: slots and rate") {
  const std::shared_ptr<Optimizer> plain = make<Optimizer>("sgd", {{"lr", "0.25"}});
  CHECK(plain->learning_rate() == 0.25);
  CHECK(slot_names(*plain) == "");
  CHECK(slot_names(*make<Optimizer>("sgd", {{"lr", "0.1"}, {"momentum", "0.9"}})) == "layer/weight/momentum");
}

TEST_CASE("optimizer sgd: Nesterov needs momentum") {
  CHECK(message_of([] {
          make<Optimizer>("sgd", {{"lr", "0.1"}, {"nesterov", "true"}});
        }) == "parameter nesterov: needs a momentum above 0");
}

TEST_CASE("optimizer sgd: a parameter's own rate, without decay") {
  const std::shared_ptr<Optimizer> sgd = make<Optimizer>("sgd", {{"lr", "0.1"}, {"weight_decay", "0.5"}});
  CHECK(descend("reference", *sgd, {1}, {{2}})[0][0] == doctest::Approx(1 - 0.1 * (2 + 0.5)));
  CHECK(descend("reference", *sgd, {1}, {{2}}, {3, true})[0][0] == doctest::Approx(1 - 0.3 * (2 + 0.5)));
  CHECK(descend("reference", *sgd, {1}, {{2}}, {3, false})[0][0] == doctest::Approx(1 - 0.3 * 2));
}
