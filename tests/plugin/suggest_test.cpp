#include "config/suggest.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace gramstack;

TEST_CASE("suggest: edit distance counts insertions, deletions, substitutions and swaps") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("momentun", "momentum") == 1);
  CHECK(edit_distance("lr", "rl") == 1);
  CHECK(edit_distance("abcd", "acbd") == 1);
  CHECK(edit_distance("sgd", "sgd") == 0);
  CHECK(edit_distance("flaw", "lawn") == edit_distance("lawn", "flaw"));
}

TEST_CASE("suggest: the nearest name is found through slips and letter case") {
  const std::vector<std::string> names{"momentum", "nesterov", "weight_decay", "lr"};
  CHECK(nearest("momentun", names) == "momentum");
  CHECK(nearest("Weight-Decay", names) == "weight_decay");
  CHECK(nearest("rl", names) == "lr");
  CHECK(nearest("NESTEROV", names) == "nesterov");
  CHECK(nearest("moment", names) == "momentum");
}

TEST_CASE("suggest: a name unlike all others has no nearest one") {
  const std::vector<std::string> names{"momentum", "lr", "a"};
  CHECK(nearest("batch", names) == "");
  CHECK(nearest("", names) == "");
  CHECK(nearest("x", names) == "");
  CHECK(nearest("xy", names) == "");
  CHECK(nearest(std::string(100000, 'm'), names) == "");
  CHECK(nearest("lr", {}) == "");
}

TEST_CASE("suggest: of equally near names the first is taken") {
  const std::vector<std::string> names{"adamw", "adamx"};
  CHECK(nearest("adamy", names) == "adamw");
}

TEST_CASE("suggest: the end of a message") {
  const std::vector<std::string> names{"constant", "cosine", "step"};
  CHECK(did_you_mean("cosin", names) == "; did you mean 'cosine'?");
  CHECK(did_you_mean("linear", names) == "");
}
