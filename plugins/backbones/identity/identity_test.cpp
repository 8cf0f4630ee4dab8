#include <doctest/doctest.h>

#include "support/backbone_check.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("backbone identity: gives what it is given, without parameters") {
  const std::shared_ptr<Backbone> identity = make<Backbone>("identity");
  CHECK(summarize(*identity, {4, 7}).output == Shape{4, 7});
  CHECK(summarize(*identity, {4, 2, 3, 3}).output == Shape{4, 2, 3, 3});
  CHECK(parameter_names(*identity, {4, 7}) == "");
}
