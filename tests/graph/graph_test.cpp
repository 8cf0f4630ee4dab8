// Graph::add and the named parts of a graph: what is accepted, and every message.
#include <doctest/doctest.h>

#include <stdexcept>

#include "api/graph.h"
#include "api/ops.h"
#include "message.h"

using namespace gramstack;
using test::message_of;

namespace {

const TensorType kImages = {DataType::f32, {128, 3, 32, 32}};

struct Fixture {
  Graph graph;
  Value x = graph.add_input("x", kImages);
  Value w = graph.add_parameter("w", {DataType::f32, {16, 1, 5, 5}}, Role::weight, Initializer::normal(0.1));
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "graph: a shape error names the node, what is wanted and what was given") {
  CHECK(message_of([&] {
          graph.add("conv2d", {x, w}, {}, "features/conv1");
        }) == "features/conv1: conv2d wants weights [k,3,r,r] for x [128,3,32,32], got [16,1,5,5]");
  CHECK(message_of([&] {
          graph.add("conv2d", {x, w});
        }) == "conv2d wants weights [k,3,r,r] for x [128,3,32,32], got [16,1,5,5]");
  CHECK(graph.nodes().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "graph: an unknown op is refused with the nearest name") {
  CHECK(message_of([&] { graph.add("max_pol", {x}, {}, "features/pool"); }) ==
        "features/pool: there is no op 'max_pol'; did you mean 'max_pool'?");
  CHECK(message_of([&] { graph.add("fourier", {x}); }) == "there is no op 'fourier'");
}

TEST_CASE_FIXTURE(Fixture, "graph: attributes are checked and completed") {
  const Value y = graph.add("max_pool", {x}, {{"size", 2}});
  CHECK(graph.node(y).attributes == Attributes{{"padding", 0}, {"size", 2}, {"stride", 1}});
  CHECK(message_of([&] {
          graph.add("max_pool", {x}, {{"size", 2}, {"strid", 2}});
        }) == "max_pool has no attribute 'strid'; did you mean 'stride'?");
  CHECK(message_of([&] {
          graph.add("max_pool", {x}, {{"dilation", 2}}, "features/pool");
        }) == "features/pool: max_pool has no attribute 'dilation'; it has size, stride, padding");
  CHECK(message_of([&] { graph.add("relu", {x}, {{"slope", 0.1}}); }) == "relu has no attribute 'slope'; it has none");
  CHECK(message_of([&] { graph.add("max_pool", {x}); }) == "max_pool needs attribute 'size', an integer");
  CHECK(message_of([&] {
          graph.add("max_pool", {x}, {{"size", 2.0}});
        }) == "max_pool wants an integer for attribute 'size', got a real number");
  CHECK(message_of([&] {
          graph.add("sum", {x}, {{"axes", std::vector<double>{1}}});
        }) == "sum wants a list of integers for attribute 'axes', got a list of real numbers");
}

TEST_CASE("graph: an integer given for a real attribute becomes real") {
  Graph graph;
  const Value x = graph.add_input("x", {DataType::f64, {5, 2}});
  const Value c = graph.add_input("c", {DataType::f64, {2}});
  const Value y = graph.add("batch_norm", {x, c, c}, {{"epsilon", 1}});
  CHECK(graph.node(y).attributes.real("epsilon") == 1.0);
}

TEST_CASE_FIXTURE(Fixture, "graph: the inputs of a node are counted and must exist") {
  CHECK(message_of([&] { graph.add("relu", {x, x}); }) == "relu wants 1 input, got 2");
  CHECK(message_of([&] { graph.add("add", {x}, {}, "residual"); }) == "residual: add wants 2 inputs, got 1");
  CHECK(message_of([&] { graph.add("conv2d", {x}); }) == "conv2d wants 2 to 3 inputs, got 1");
  CHECK(message_of([&] { graph.add("add", {x, Value{}}); }) == "add: input 1 is no value of this graph");
  CHECK(message_of([&] { graph.add("add", {Value{7, 0}, x}); }) == "add: input 0 is no value of this graph");
  CHECK(message_of([&] { graph.add("add", {Value{0, 1}, x}); }) == "add: input 0 is no value of this graph");
  CHECK_THROWS_WITH_AS(graph.type({7, 0}), "the type of no value of this graph was asked for", Error);
}

TEST_CASE_FIXTURE(Fixture, "graph: bound ops are added by their own methods only") {
  const Attributes attributes = {{"type", 0}, {"shape", Shape{3}}};
  CHECK(message_of([&] { graph.add("input", {}, attributes, "y"); }) ==
        "y: input is bound by name: use Graph::add_input or Graph::add_parameter");
  CHECK(message_of([&] {
          graph.add_input("y", {DataType::f32, {4, 0}});
        }) == "y: input wants extents of at least 1, got [4,0]");
  CHECK(message_of([&] {
          graph.add_input("y", {DataType::f32, {1 << 30, 1 << 30}});
        }) == "y: input wants at most 2^48 elements, got [1073741824,1073741824]");
}

TEST_CASE_FIXTURE(Fixture, "graph: names of inputs, parameters and outputs are unique together") {
  graph.add_output("loss", x);
  CHECK(message_of([&] { graph.add_input("w", kImages); }) == "the name 'w' is taken by a parameter of this graph");
  CHECK(message_of([&] { graph.add_parameter("loss", kImages, Role::state, {}); }) ==
        "the name 'loss' is taken by an output of this graph");
  CHECK(message_of([&] { graph.add_output("x", w); }) == "the name 'x' is taken by an input of this graph");
  CHECK(message_of([&] { graph.add_input("", kImages); }) == "inputs, parameters and outputs need a name");
  CHECK(message_of([&] { graph.add_output("y", Value{}); }) == "output 'y' is no value of this graph");
  CHECK(graph.nodes().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "graph: an update wants a parameter and its type, once") {
  CHECK(message_of([&] { graph.add_update(x, x); }) == "an update wants a parameter of this graph");
  CHECK(message_of([&] { graph.add_update(Value{}, x); }) == "an update wants a parameter of this graph");
  CHECK(message_of([&] { graph.add_update(w, Value{}); }) == "the update of 'w' is no value of this graph");
  CHECK(message_of([&] { graph.add_update(w, x); }) == "the update of 'w' wants f32[16,1,5,5], got f32[128,3,32,32]");
  graph.add_update(w, w);
  CHECK(message_of([&] { graph.add_update(w, w); }) == "'w' has an update already");
  CHECK(graph.updates().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "graph: parameters are found by name and by value") {
  REQUIRE(graph.find_parameter("w"));
  CHECK(graph.find_parameter("w")->value == w);
  CHECK(graph.find_parameter(w)->role == Role::weight);
  CHECK(graph.find_parameter(w)->initializer.scale == 0.1);
  CHECK(graph.find_parameter("x") == nullptr);
  CHECK(graph.find_parameter(x) == nullptr);
}

TEST_CASE("graph: attributes are sorted by name, replaced, and typed") {
  Attributes attributes = {{"b", 2}, {"a", 0.5}, {"c", Shape{1, 2}}};
  attributes.set("b", std::vector<double>{3});
  REQUIRE(attributes.items().size() == 3);
  CHECK(attributes.items()[0].first == "a");
  CHECK(attributes.real("a") == 0.5);
  CHECK(attributes.reals("b") == std::vector<double>{3});
  CHECK(attributes.integers("c") == Shape{1, 2});
  CHECK(attributes.find("d") == nullptr);
  CHECK_THROWS_WITH_AS(attributes.integer("d"), "attribute 'd' is missing or of another type", std::logic_error);
  CHECK_THROWS_WITH_AS(attributes.integer("a"), "attribute 'a' is missing or of another type", std::logic_error);
}

TEST_CASE("graph: types know their size and their text") {
  const TensorType type = {DataType::f64, {128, 3, 32, 32}};
  CHECK(to_string(type) == "f64[128,3,32,32]");
  CHECK(type.bytes() == 8 * 128 * 3 * 32 * 32);
  CHECK(to_string(TensorType{DataType::u8, {}}) == "u8[]");
  CHECK(TensorType{DataType::u8, {}}.bytes() == 1);
  CHECK(size_of(DataType::i32) == 4);
  CHECK_FALSE(is_real(DataType::i32));
}

TEST_CASE("graph: every row of the op table is whole") {
  for (const Op& op : op_table()) {
    CAPTURE(op.name);
    CHECK(find_op(op.name) == &op);
    CHECK_FALSE(op.summary.empty());
    CHECK(op.min_inputs <= op.max_inputs);
    CHECK(static_cast<bool>(op.infer));
    CHECK(op.has(trait_source) == (op.max_inputs == 0));
  }
  CHECK(find_op("conv3d") == nullptr);
}
