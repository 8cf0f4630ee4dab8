// The whole text of small graphs.
#include <doctest/doctest.h>

#include "api/builder.h"

using namespace gramstack;

namespace {

/// Two classes from a 2 x 3 batch; the loss is the mean of the squared scores.
struct Net {
  Graph graph;
  Value loss;

  Net() {
    Builder builder(graph, Mode::training);
    const Value x = builder.input("x", {DataType::f32, {2, 3}});
    const Value y = builder.relu(builder.linear_layer("fc", x, 2));
    loss = builder.mean(builder.square(y));
    graph.add_output("loss", loss);
  }
};

const char* const kNet =
    "%0 = input() : f32[2,3]  # x\n"
    "%1 = parameter(weight) : f32[2,3]  # fc/weight\n"
    "%2 = parameter(weight) : f32[2]  # fc/bias\n"
    "%3 = matmul(%0, %1, %2) transpose_a=0 transpose_b=1 : f32[2,2]  # fc\n"
    "%4 = relu(%3) : f32[2,2]\n"
    "%5 = square(%4) : f32[2,2]\n"
    "%6 = sum(%5) axes=[] keep=0 : f32[]\n"
    "%7 = constant(0.25) : f32[]\n"
    "%8 = multiply(%6, %7) : f32[]\n";

}  // namespace

TEST_CASE_FIXTURE(Net, "graph: text of a small net") {
  CHECK(to_text(graph) == std::string(kNet) + "output loss = %8\n");
}

TEST_CASE_FIXTURE(Net, "graph: text of a small net's gradient") {
  const Value weight = graph.find_parameter("fc/weight")->value, bias = graph.find_parameter("fc/bias")->value;
  const std::vector<Value> slopes = gradients(graph, loss, {weight, bias});
  graph.add_update(weight, slopes[0]);
  graph.add_update(bias, slopes[1]);
  CHECK(to_text(without_dead_nodes(graph)) == std::string(kNet) +
                                                  "%9 = constant(1) : f32[]\n"
                                                  "%10 = multiply(%9, %7) : f32[]\n"
                                                  "%11 = broadcast(%10) shape=[2,2] : f32[2,2]\n"
                                                  "%12 = add(%4, %4) : f32[2,2]\n"
                                                  "%13 = multiply(%11, %12) : f32[2,2]\n"
                                                  "%14 = relu_gradient(%13, %4) : f32[2,2]\n"
                                                  "%15 = matmul(%14, %0) transpose_a=1 transpose_b=0 : f32[2,3]  # fc\n"
                                                  "%16 = sum(%14) axes=[0] keep=0 : f32[2]  # fc\n"
                                                  "output loss = %8\n"
                                                  "update fc/weight = %15\n"
                                                  "update fc/bias = %16\n");
}

TEST_CASE("graph: text of sources, several outputs and lists") {
  Graph graph;
  Builder builder(graph, Mode::training, DataType::f64);
  const Value images = builder.input("images", {DataType::u8, {1, 2, 2, 2}});
  builder.normalize_images(images, {0.5, 1e-20}, {0.25, 3});
  builder.constant({3}, {1, 2.5, -0.125});
  builder.constant({9}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  builder.slot("m", {2});
  const Value y = builder.unit_normalize(builder.state("s", {2, 1}, {}));
  graph.add_output("norm", {y.node, 1});
  CHECK(to_text(graph) ==
        "%0 = input() : u8[1,2,2,2]  # images\n"
        "%1 = normalize_images(%0) deviation=[0.25,3] mean=[0.5,1e-20] precision=64 : f64[1,2,2,2]\n"
        "%2 = constant(1, 2.5, -0.125) : f64[3]\n"
        "%3 = constant(1, 2, 3, 4, 5, 6, 7, 8, ... 9 in all) : f64[9]\n"
        "%4 = parameter(slot) : f64[2]  # m\n"
        "%5 = parameter(state) : f64[2,1]  # s\n"
        "%6 = unit_normalize(%5) : (f64[2,1], f64[2])\n"
        "output norm = %6.1\n");
}

TEST_CASE("graph: dot") {
  Graph graph;
  Builder builder(graph, Mode::training);
  const Value w = builder.weight("w", {2, 3}, {});
  const Builder::Scope scope = builder.scope("a\"b\\");
  const Value norm = {builder.unit_normalize(w).node, 1};
  graph.add_output("total", builder.sum(norm));
  builder.update(w, builder.multiply(w, 0.5));
  CHECK(to_dot(graph) ==
        "digraph gramstack {\n"
        "  node [shape=box];\n"
        "  n0 [label=\"parameter weight\\nw\\nf32[2,3]\", style=rounded];\n"
        "  n1 [label=\"unit_normalize\\na\\\"b\\\\\\n(f32[2,3], f32[2])\"];\n"
        "  n0 -> n1;\n"
        "  n2 [label=\"sum axes=[] keep=0\\na\\\"b\\\\\\nf32[]\"];\n"
        "  n1 -> n2 [label=\"1\"];\n"
        "  n3 [label=\"constant 0.5\\na\\\"b\\\\\\nf32[]\", style=rounded];\n"
        "  n4 [label=\"multiply\\na\\\"b\\\\\\nf32[2,3]\"];\n"
        "  n0 -> n4;\n"
        "  n3 -> n4;\n"
        "  o0 [label=\"total\", shape=ellipse];\n"
        "  n2 -> o0;\n"
        "  n4 -> n0 [style=dashed];\n"
        "}\n");
}
