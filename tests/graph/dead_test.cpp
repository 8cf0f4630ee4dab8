#include <doctest/doctest.h>

#include "api/builder.h"

using namespace gramstack;

TEST_CASE("graph: dead nodes go, inputs and parameters stay") {
  Graph graph;
  Builder builder(graph, Mode::training);
  const Value x = builder.input("x", {DataType::f32, {2, 3}});
  builder.input("unused", {DataType::i32, {2}});
  const Value w = builder.weight("w", {2, 3}, Initializer::uniform(0.5));
  builder.exp(builder.log(x));  // dead
  const Value y = builder.unit_normalize(x);
  builder.tanh(y);  // dead
  const Value norm = {y.node, 1};
  graph.add_output("norm", norm);
  builder.update(w, builder.add(w, x));
  const Graph live = without_dead_nodes(graph);
  CHECK(to_text(live) ==
        "%0 = input() : f32[2,3]  # x\n"
        "%1 = input() : i32[2]  # unused\n"
        "%2 = parameter(weight) : f32[2,3]  # w\n"
        "%3 = unit_normalize(%0) : (f32[2,3], f32[2])\n"
        "%4 = add(%2, %0) : f32[2,3]\n"
        "output norm = %3.1\n"
        "update w = %4\n");
  REQUIRE(live.inputs().size() == 2);
  CHECK(live.inputs()[1].name == "unused");
  REQUIRE(live.find_parameter("w"));
  CHECK(live.find_parameter("w")->value == Value{2, 0});
  CHECK(live.find_parameter("w")->initializer.kind == Initializer::Kind::uniform);
  CHECK(live.find_parameter("w")->initializer.scale == 0.5);
  CHECK(to_text(without_dead_nodes(live)) == to_text(live));
}

TEST_CASE("graph: an output may be an input, an update may be another parameter") {
  Graph graph;
  Builder builder(graph, Mode::training);
  const Value x = builder.input("x", {DataType::f32, {}});
  const Value a = builder.weight("a", {}, {}), b = builder.weight("b", {}, {});
  graph.add_output("y", x);
  builder.update(a, b);
  builder.update(b, a);
  CHECK(to_text(without_dead_nodes(graph)) == to_text(graph));
}

TEST_CASE("graph: an empty graph has no text and no dead nodes") { CHECK(to_text(without_dead_nodes(Graph{})) == ""); }
