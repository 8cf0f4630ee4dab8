#include <doctest/doctest.h>

#include <cmath>

#include "support/backbone_check.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("backbone quick-net: shapes and numbers of parameters") {
  const std::shared_ptr<Backbone> net = make<Backbone>("quick-net");
  CHECK(summarize(*net, {2, 3, 32, 32}).output == Shape{2, 256});
  CHECK(summarize(*net, {2, 3, 32, 32}).weights ==
        9 * (24 * 64 + 64 * 64 + 64 * 256 + 3 * 256 * 256) + 2 * (64 + 256 + 256));
  CHECK(summarize(*net, {2, 3, 32, 32}, 10).output == Shape{2, 10});
  CHECK(summarize(*make<Backbone>("quick-net", {{"widths", "[8, 16]"}}), {3, 1, 28, 28}).output == Shape{3, 16});
}

TEST_CASE("backbone quick-net: names of the parameters") {
  CHECK(parameter_names(*make<Backbone>("quick-net", {{"widths", "[4]"}}), {2, 1, 8, 8}, 3) ==
        "whitening/weight group1/conv1/weight group1/norm1/shift group1/norm1/running_mean "
        "group1/norm1/running_variance group1/conv2/weight group1/norm2/shift group1/norm2/running_mean "
        "group1/norm2/running_variance fc/weight");
}

TEST_CASE("backbone quick-net: how its parameters start and are trained") {
  Graph graph;
  Builder b(graph, Mode::training);
  const Settings settings = {{"widths", "[4]"}, {"shift_rate", "16"}};
  make<Backbone>("quick-net", settings)->emit(b, b.input("x", {DataType::f32, {2, 1, 8, 8}}), std::nullopt);
  const Parameter* whitening = graph.find_parameter("whitening/weight");
  REQUIRE(whitening);
  CHECK(whitening->role == Role::state);
  CHECK(whitening->initializer.kind == Initializer::Kind::whitening);
  const Parameter* filters = graph.find_parameter("group1/conv1/weight");
  REQUIRE(filters);
  CHECK(filters->initializer.kind == Initializer::Kind::identity);
  CHECK(filters->initializer.scale == doctest::Approx(1 / std::sqrt(72.0)));
  CHECK(filters->treatment.rate == 1);
  CHECK(filters->treatment.decay);
  const Parameter* shift = graph.find_parameter("group1/norm1/shift");
  REQUIRE(shift);
  CHECK(shift->treatment.rate == 16);
  CHECK_FALSE(shift->treatment.decay);
}

TEST_CASE("backbone quick-net: says what it takes") {
  CHECK(message_of([] {
          make<Backbone>("quick-net", {{"widths", "[]"}});
        }) == "parameter widths: needs at least one width");
  const std::shared_ptr<Backbone> net = make<Backbone>("quick-net");
  CHECK(message_of([&] {
          summarize(*net, {2, 784});
        }) ==
        "configuration: backbone quick-net wants square images [n,channels,side,side] of at least 8x8 pixels, got "
        "[2,784]");
  CHECK(message_of([&] {
          summarize(*net, {2, 3, 4, 4});
        }) ==
        "configuration: backbone quick-net wants square images [n,channels,side,side] of at least 8x8 pixels, got "
        "[2,3,4,4]");
}

TEST_CASE("backbone quick-net: can be cut after the whitening and after every group") {
  const std::shared_ptr<Backbone> net = make<Backbone>("quick-net", {{"widths", "[4, 6, 8]"}});
  CHECK(net->cuts() == std::vector<std::string>{"whitening", "group1", "group2", "group3"});
  CHECK(check_sections(*net, {2, 1, 8, 8}) == "");
  CHECK(check_sections(*net, {2, 3, 13, 13}, 3) == "");
  CHECK(message_of([&] {
          Graph graph;
          Builder b(graph, Mode::training);
          net->emit(b, b.input("x", {DataType::f32, {2, 4, 3, 3}}), Section(net->cuts(), "group1", "", {}));
        }) ==
        "configuration: backbone quick-net wants square images [n,channels,side,side] of at least 4x4 pixels, got "
        "[2,4,3,3]");
}

TEST_CASE("backbone quick-net: gradient agrees with central differences") {
  CHECK(check_backbone_gradient(*make<Backbone>("quick-net", {{"widths", "[3, 4]"}}), {3, 1, 8, 8}) == "");
  const Settings gelu = {{"widths", "[3, 4]"}, {"activation", "gelu"}};
  CHECK(check_backbone_gradient(*make<Backbone>("quick-net", gelu), {3, 2, 7, 7}, 3) == "");
}
