#include <doctest/doctest.h>

#include <cmath>

#include "support/backbone_check.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("backbone mlp: shapes and parameters") {
  const std::shared_ptr<Backbone> mlp = make<Backbone>("mlp", {{"widths", "[8, 5]"}});
  CHECK(summarize(*mlp, {4, 1, 3, 2}).output == Shape{4, 5});
  CHECK(summarize(*mlp, {4, 1, 3, 2}).weights == 6 * 8 + 8 + 8 * 5 + 5);
  CHECK(summarize(*mlp, {4, 6}, 3).output == Shape{4, 3});
  CHECK(parameter_names(*mlp, {4, 6}, 3) ==
        "linear1/weight linear1/bias linear2/weight linear2/bias linear3/weight linear3/bias");
}

TEST_CASE("backbone mlp: activations stand between layers and not after the last") {
  const std::vector<std::pair<std::string, double>> activations = {
      {"relu", 0.5}, {"tanh", std::tanh(0.5)}, {"sigmoid", 1 / (1 + std::exp(-0.5))}};
  for (const std::pair<std::string, double>& activation : activations) {
    const std::string& name = activation.first;
    CAPTURE(name);
    Graph graph;
    Builder b(graph, Mode::inference, DataType::f64);
    const std::shared_ptr<Backbone> mlp = make<Backbone>("mlp", {{"widths", "[1, 1]"}, {"activation", name}});
    graph.add_output("y", mlp->emit(b, b.input("x", {DataType::f64, {1, 1}}), std::nullopt));
    const Tensors results =
        evaluate(*device("reference"), graph, {{"x", {0.5}}, {"linear1/weight", {1}}, {"linear2/weight", {-2}}});
    CHECK(results.at("y")[0] == doctest::Approx(-2 * activation.second));
  }
}

TEST_CASE("backbone mlp: needs a width") {
  CHECK(message_of([] {
          make<Backbone>("mlp", {{"widths", "[]"}});
        }) == "parameter widths: needs at least one width; backbone linear has no hidden layer");
}

TEST_CASE("backbone mlp: gradient agrees with central differences") {
  CHECK(check_backbone_gradient(*make<Backbone>("mlp", {{"widths", "[6, 5]"}}), {4, 7}, 3) == "");
  CHECK(check_backbone_gradient(*make<Backbone>("mlp", {{"widths", "[6, 5]"}, {"activation", "tanh"}}), {4, 7}) == "");
  CHECK(check_backbone_gradient(*make<Backbone>("mlp", {{"widths", "[6]"}, {"activation", "sigmoid"}}), {4, 7}, 2) ==
        "");
}

TEST_CASE("backbone mlp: can be cut after every layer") {
  const std::shared_ptr<Backbone> mlp = make<Backbone>("mlp", {{"widths", "[5, 4]"}});
  CHECK(mlp->cuts() == std::vector<std::string>{"linear1", "linear2"});
  CHECK(check_sections(*mlp, {3, 7}) == "");
  CHECK(check_sections(*mlp, {3, 7}, 3) == "");
}
