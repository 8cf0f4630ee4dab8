#include <doctest/doctest.h>

#include <cmath>

#include "support/backbone_check.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("backbone resnet: number of parameters by depth, for CIFAR images and ten classes") {
  const std::vector<std::pair<std::string, std::int64_t>> counts = {
      {"18", 11173962}, {"34", 21282122}, {"50", 23520842}, {"101", 42512970}, {"152", 58156618}};
  for (const std::pair<std::string, std::int64_t>& entry : counts) {
    const std::string& depth = entry.first;
    CAPTURE(depth);
    CHECK(summarize(*make<Backbone>("resnet", {{"depth", depth}}), {2, 3, 32, 32}, 10).weights == entry.second);
  }
}

TEST_CASE("backbone resnet: shapes of the hidden and of the output module") {
  const std::shared_ptr<Backbone> narrow = make<Backbone>("resnet", {{"width", "8"}});
  CHECK(summarize(*narrow, {2, 3, 32, 32}).output == Shape{2, 64, 4, 4});
  CHECK(summarize(*narrow, {2, 1, 28, 28}).output == Shape{2, 64, 4, 4});
  CHECK(summarize(*narrow, {2, 1, 28, 20}, 7).output == Shape{2, 7});
  CHECK(summarize(*make<Backbone>("resnet", {{"depth", "50"}, {"width", "8"}}), {2, 3, 32, 32}).output ==
        Shape{2, 256, 4, 4});
}

TEST_CASE("backbone resnet: names of the parameters") {
  const std::string names = parameter_names(*make<Backbone>("resnet", {{"width", "2"}}), {2, 1, 8, 8}, 3);
  CHECK(
      names.starts_with("stem/conv/weight stem/norm/scale stem/norm/shift stem/norm/running_mean "
                        "stem/norm/running_variance stage1/block1/conv1/weight stage1/block1/norm1/scale "));
  CHECK(names.find(" stage2/block1/shortcut/conv/weight stage2/block1/shortcut/norm/scale ") != std::string::npos);
  CHECK(names.find("stage1/block1/shortcut") == std::string::npos);
  CHECK(names.ends_with(" fc/weight fc/bias"));
}

TEST_CASE("backbone resnet: convolutions start with variance 2 / fan out") {
  Graph graph;
  Builder b(graph, Mode::training);
  make<Backbone>("resnet", {{"width", "4"}})->emit(b, b.input("x", {DataType::f32, {2, 3, 8, 8}}), std::nullopt);
  const Parameter* stem = graph.find_parameter("stem/conv/weight");
  const Parameter* shortcut = graph.find_parameter("stage2/block1/shortcut/conv/weight");
  REQUIRE(stem);
  REQUIRE(shortcut);
  CHECK(stem->initializer.kind == Initializer::Kind::normal);
  CHECK(stem->initializer.scale == doctest::Approx(std::sqrt(2.0 / (4 * 9))));
  CHECK(shortcut->initializer.scale == doctest::Approx(std::sqrt(2.0 / 8)));
}

TEST_CASE("backbone resnet: says what depth and input it takes") {
  CHECK(message_of([] {
          make<Backbone>("resnet", {{"depth", "20"}});
        }) == "parameter depth: wants 18, 34, 50, 101 or 152, got 20");
  CHECK(message_of([] {
          summarize(*make<Backbone>("resnet"), {2, 784});
        }) == "configuration: backbone resnet wants images [n,channels,height,width], got [2,784]");
}

TEST_CASE("backbone resnet: gradient agrees with central differences") {
  CHECK(check_backbone_gradient(*make<Backbone>("resnet", {{"width", "2"}}), {3, 2, 8, 8}) == "");
  CHECK(check_backbone_gradient(*make<Backbone>("resnet", {{"width", "1"}, {"depth", "50"}}), {3, 1, 8, 8}, 3) == "");
}

TEST_CASE("backbone resnet: can be cut after the stem and after every block") {
  const std::shared_ptr<Backbone> small = make<Backbone>("resnet", {{"width", "2"}});
  CHECK(small->cuts() == std::vector<std::string>{"stem", "stage1/block1", "stage1", "stage2/block1", "stage2",
                                                  "stage3/block1", "stage3", "stage4/block1", "stage4"});
  CHECK(check_sections(*small, {2, 1, 8, 8}) == "");
  CHECK(check_sections(*small, {2, 1, 8, 8}, 3) == "");
  CHECK(check_sections(*make<Backbone>("resnet", {{"width", "1"}, {"depth", "50"}}), {2, 1, 8, 8}, 3) == "");
}
