#include <doctest/doctest.h>

#include "support/backbone_check.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("backbone linear: shapes and parameters") {
  const std::shared_ptr<Backbone> scores = make<Backbone>("linear");
  CHECK(summarize(*scores, {4, 7}, 3).output == Shape{4, 3});
  CHECK(summarize(*scores, {4, 7}, 3).weights == 7 * 3 + 3);
  CHECK(summarize(*scores, {4, 2, 3, 3}, 3).weights == 18 * 3 + 3);
  CHECK(parameter_names(*scores, {4, 7}, 3) == "linear/weight linear/bias");
  const std::shared_ptr<Backbone> hidden = make<Backbone>("linear", {{"outputs", "5"}, {"bias", "false"}});
  CHECK(summarize(*hidden, {4, 7}).output == Shape{4, 5});
  CHECK(parameter_names(*hidden, {4, 7}) == "linear/weight");
  CHECK(summarize(*hidden, {4, 7}, 5).output == Shape{4, 5});
}

TEST_CASE("backbone linear: says which number of outputs it needs") {
  CHECK(message_of([] {
          summarize(*make<Backbone>("linear"), {4, 7});
        }) == "parameter outputs: a hidden module needs a number of outputs above 0");
  CHECK(message_of([] {
          summarize(*make<Backbone>("linear", {{"outputs", "5"}}), {4, 7}, 3);
        }) == "parameter outputs: an output module has one output a class: leave it out or give 3, not 5");
}

TEST_CASE("backbone linear: gradient agrees with central differences") {
  CHECK(check_backbone_gradient(*make<Backbone>("linear"), {4, 7}, 3) == "");
}
