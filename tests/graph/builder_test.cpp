// The Builder: names by scope, precision, and the layers with their parameters.
#include <doctest/doctest.h>

#include <cmath>

#include "api/builder.h"
#include "api/ops.h"
#include "message.h"

using namespace gramstack;
using test::message_of;

namespace {

const TensorType kImages = {DataType::f32, {4, 3, 8, 8}};

struct Fixture {
  Graph graph;
  Builder builder{graph, Mode::training};
  Value x = builder.input("x", kImages);
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "graph: builder scopes name nodes and parameters, and end") {
  const Value outside = builder.relu(x);
  Value inside, deeper, weight;
  {
    const Builder::Scope features = builder.scope("features");
    const Builder::Scope block = builder.scope("block1/a");
    deeper = builder.relu(x);
    weight = builder.weight("weight", {3}, Initializer::constant(1));
  }
  {
    const Builder::Scope features = builder.scope("features");
    inside = builder.relu(x);
  }
  CHECK(graph.node(outside).name == "");
  CHECK(graph.node(inside).name == "features");
  CHECK(graph.node(deeper).name == "features/block1/a");
  CHECK(graph.node(weight).name == "features/block1/a/weight");
  CHECK(graph.node(builder.relu(x)).name == "");
}

TEST_CASE_FIXTURE(Fixture, "graph: builder errors name the scope") {
  const Builder::Scope features = builder.scope("features");
  const Builder::Scope pool = builder.scope("pool");
  CHECK(message_of([&] { builder.transpose(x); }) == "features/pool: transpose wants x [a,b], got [4,3,8,8]");
  CHECK(message_of([&] {
          builder.average_pool(x, {2, 2, 1});
        }) == "features/pool: average_pool wants padding 0, got 1");
}

TEST_CASE("graph: builder emits its own precision") {
  for (DataType real : {DataType::f32, DataType::f64}) {
    Graph graph;
    Builder builder(graph, Mode::training, real);
    const Value images = builder.input("images", {DataType::u8, {4, 1, 2, 2}});
    const Value labels = builder.input("labels", {DataType::i32, {4}});
    CHECK(graph.type(builder.constant(1)) == TensorType{real, {}});
    CHECK(graph.type(builder.constant({2}, {1, 2})) == TensorType{real, {2}});
    CHECK(graph.type(builder.weight("w", {2}, {})) == TensorType{real, {2}});
    CHECK(graph.type(builder.one_hot(labels, 3)) == TensorType{real, {4, 3}});
    CHECK(graph.type(builder.pair_masks(labels).self) == TensorType{real, {4, 4}});
    CHECK(graph.type(builder.normalize_images(images, {0}, {1})) == TensorType{real, {4, 1, 2, 2}});
  }
}

TEST_CASE_FIXTURE(Fixture, "graph: roles and initializers of parameters") {
  builder.state("s", {2}, Initializer::examples(true));
  builder.slot("m", {2}, 0.5);
  REQUIRE(graph.parameters().size() == 2);
  CHECK(graph.parameters()[0].role == Role::state);
  CHECK(graph.parameters()[0].initializer.kind == Initializer::Kind::examples);
  CHECK(graph.parameters()[1].role == Role::slot);
  CHECK(graph.parameters()[1].initializer.kind == Initializer::Kind::constant);
  CHECK(graph.parameters()[1].initializer.scale == 0.5);
}

TEST_CASE_FIXTURE(Fixture, "graph: flatten and mean") {
  const Value flat = builder.flatten(x);
  CHECK(builder.shape(flat) == Shape{4, 192});
  CHECK(builder.flatten(flat) == flat);
  CHECK(builder.shape(builder.flatten(builder.sum(flat, {1}))) == Shape{4, 1});
  CHECK(builder.shape(builder.flatten(builder.sum(flat))) == Shape{1, 1});
  const Value mean = builder.mean(x, {0, 2, 3}, true);
  CHECK(builder.shape(mean) == Shape{1, 3, 1, 1});
  const Node& scaled = graph.node(mean);
  CHECK(graph.node(scaled.inputs[1]).attributes.reals("values") == std::vector<double>{1.0 / 256});
}

TEST_CASE_FIXTURE(Fixture, "graph: linear layer") {
  const Value y = builder.linear_layer("fc", builder.flatten(x), 10);
  CHECK(builder.shape(y) == Shape{4, 10});
  const Parameter* weight = graph.find_parameter("fc/weight");
  const Parameter* bias = graph.find_parameter("fc/bias");
  REQUIRE(weight);
  REQUIRE(bias);
  CHECK(graph.shape(weight->value) == Shape{10, 192});
  CHECK(graph.shape(bias->value) == Shape{10});
  for (const Parameter* parameter : {weight, bias}) {
    CHECK(parameter->role == Role::weight);
    CHECK(parameter->initializer.kind == Initializer::Kind::uniform);
    CHECK(parameter->initializer.scale == doctest::Approx(1 / std::sqrt(192.0)).epsilon(1e-15));
  }
  builder.linear_layer("fc2", y, 2, false);
  CHECK(graph.find_parameter("fc2/bias") == nullptr);
  CHECK(message_of([&] { builder.linear_layer("fc3", x, 10); }) == "fc3: linear layer wants x [n,d], got [4,3,8,8]");
}

TEST_CASE_FIXTURE(Fixture, "graph: convolution layer") {
  const Builder::Scope features = builder.scope("features");
  const Value y = builder.conv2d_layer("conv1", x, 16, {5, 2, 1}, true);
  CHECK(builder.shape(y) == Shape{4, 16, 3, 3});
  CHECK(graph.node(y).name == "features/conv1");
  const Parameter* weight = graph.find_parameter("features/conv1/weight");
  REQUIRE(weight);
  CHECK(graph.shape(weight->value) == Shape{16, 3, 5, 5});
  CHECK(weight->initializer.scale == doctest::Approx(1 / std::sqrt(75.0)).epsilon(1e-15));
  CHECK(graph.find_parameter("features/conv1/bias")->initializer.scale == weight->initializer.scale);
  CHECK(message_of([&] {
          builder.conv2d_layer("conv2", builder.flatten(x), 8, {3, 1, 1}, false);
        }) == "features/conv2: conv2d layer wants x [n,c,h,w], got [4,192]");
  CHECK(message_of([&] {
          builder.conv2d_layer("conv3", y, 8, {7, 1, 1}, false);
        }) == "features/conv3: conv2d wants a window that fits x [4,16,3,3] with padding 1, got size 7");
}

TEST_CASE_FIXTURE(Fixture, "graph: batch norm layer in training follows the batch statistics") {
  const Value y = builder.batch_norm_layer("bn", x);
  graph.add_output("y", y);
  CHECK(to_text(graph) ==
        "%0 = input() : f32[4,3,8,8]  # x\n"
        "%1 = parameter(weight) : f32[3]  # bn/scale\n"
        "%2 = parameter(weight) : f32[3]  # bn/shift\n"
        "%3 = parameter(state) : f32[3]  # bn/running_mean\n"
        "%4 = parameter(state) : f32[3]  # bn/running_variance\n"
        "%5 = batch_norm(%0, %1, %2) epsilon=1e-05 : (f32[4,3,8,8], f32[3], f32[3])  # bn\n"
        "%6 = constant(0.9) : f32[]  # bn\n"
        "%7 = multiply(%3, %6) : f32[3]  # bn\n"
        "%8 = constant(0.1) : f32[]  # bn\n"
        "%9 = multiply(%5.1, %8) : f32[3]  # bn\n"
        "%10 = add(%7, %9) : f32[3]  # bn\n"
        "%11 = constant(0.9) : f32[]  # bn\n"
        "%12 = multiply(%4, %11) : f32[3]  # bn\n"
        "%13 = constant(0.10039215686274511) : f32[]  # bn\n"  // 0.1 * 256 / 255
        "%14 = multiply(%5.2, %13) : f32[3]  # bn\n"
        "%15 = add(%12, %14) : f32[3]  # bn\n"
        "output y = %5\n"
        "update bn/running_mean = %10\n"
        "update bn/running_variance = %15\n");
  CHECK(graph.find_parameter("bn/scale")->initializer.scale == 1);
  CHECK(graph.find_parameter("bn/shift")->initializer.scale == 0);
  CHECK(graph.find_parameter("bn/running_mean")->initializer.scale == 0);
  CHECK(graph.find_parameter("bn/running_variance")->initializer.scale == 1);
}

TEST_CASE_FIXTURE(Fixture, "graph: batch norm layer in inference uses the running statistics") {
  builder.set_mode(Mode::inference);
  const Value y = builder.batch_norm_layer("bn", builder.flatten(x), {.epsilon = 1e-3});
  CHECK(graph.node(y).op == find_op("batch_norm_inference"));
  CHECK(graph.node(y).inputs[3] == graph.find_parameter("bn/running_mean")->value);
  CHECK(graph.node(y).inputs[4] == graph.find_parameter("bn/running_variance")->value);
  CHECK(graph.node(y).attributes.real("epsilon") == 1e-3);
  CHECK(graph.updates().empty());
  CHECK(message_of([&] { builder.batch_norm_layer("bn2", builder.sum(x)); }) ==
        "bn2: batch_norm layer wants x [n,c] or [n,c,h,w], got []");
}

TEST_CASE("graph: batch norm of one value per channel keeps its running variance finite") {
  Graph graph;
  Builder builder(graph, Mode::training);
  builder.batch_norm_layer("bn", builder.input("x", {DataType::f32, {1, 3}}));
  for (const Node& node : graph.nodes())
    if (node.op == find_op("constant")) CHECK(std::isfinite(node.attributes.reals("values")[0]));
}
