#include <doctest/doctest.h>

#include "api/builder.h"
#include "api/error.h"
#include "api/ops.h"
#include "support/evaluate.h"

namespace gramstack::test {
namespace {

using Numbers = std::vector<double>;

template <class Action>
std::string message_of(ExitCode code, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "nothing thrown";
}

/// y = x + w, then w takes 2 w.
Graph doubling() {
  Graph graph;
  Builder builder(graph, Mode::training);
  const Value x = builder.input("x", {DataType::f32, {3}});
  const Value w = builder.weight("w", {3}, Initializer::constant(0));
  graph.add_output("y", builder.add(x, w));
  builder.update(w, builder.multiply(w, 2.0));
  return graph;
}

TEST_CASE("reference: a plan computes outputs, then applies updates") {
  const Tensors results = evaluate(*device("reference"), doubling(), {{"x", {1, 2, 3}}, {"w", {10, 20, 30}}});
  CHECK(results.at("y") == Numbers{11, 22, 33});
  CHECK(results.at("w") == Numbers{20, 40, 60});
}

TEST_CASE("reference: f32 results are rounded after each node, f64 results are not") {
  for (const DataType type : {DataType::f32, DataType::f64}) {
    Graph graph;
    Builder builder(graph, Mode::training, type);
    const Value x = builder.input("x", {type, {3}});
    const Value total = builder.sum(x);
    graph.add_output("total", total);
    graph.add_output("rest", builder.subtract(total, 16777216.0));
    const Tensors results = evaluate(*device("reference"), graph, {{"x", {16777216, 0.75, 0.75}}});
    // f32 storage has steps of 2 there: 16777217.5 becomes 16777218, where adding in f32 would have stayed behind.
    CHECK(results.at("total") == Numbers{type == DataType::f32 ? 16777218 : 16777217.5});
    CHECK(results.at("rest") == Numbers{type == DataType::f32 ? 2 : 1.5});
  }
}

TEST_CASE("reference: integers and bytes pass exactly") {
  Graph graph;
  Builder builder(graph, Mode::training);
  graph.add_output("numbers", builder.input("i", {DataType::i32, {2}}));
  graph.add_output("bytes", builder.input("u", {DataType::u8, {2}}));
  const Tensors results = evaluate(*device("reference"), graph, {{"i", {-2147483648.0, 2147483647}}, {"u", {0, 255}}});
  CHECK(results.at("numbers") == Numbers{-2147483648.0, 2147483647});
  CHECK(results.at("bytes") == Numbers{0, 255});
}

TEST_CASE("reference: write and read say what is wrong") {
  const std::unique_ptr<Plan> plan = device("reference")->compile(doubling());
  std::vector<std::byte> bytes(8);
  const auto write = [&](const char* name) {
    return message_of(ExitCode::unexpected, [&] { plan->write(name, bytes); });
  };
  const auto read = [&](const char* name) {
    return message_of(ExitCode::unexpected, [&] { plan->read(name, bytes); });
  };
  CHECK(write("v") == "device 'reference': no input or parameter 'v' to write; there are: x, w");
  CHECK(write("y") == "device 'reference': no input or parameter 'y' to write; there are: x, w");
  CHECK(write("x") == "device 'reference': 'x' is f32[3] and has 12 bytes, got 8");
  CHECK(read("x") == "device 'reference': no output or parameter 'x' to read; there are: y, w");
  CHECK(read("w") == "device 'reference': 'w' is f32[3] and has 12 bytes, got 8");
  CHECK(read("y") == "device 'reference': output 'y' is read before the first run");
  plan->run();
  CHECK(read("y") == "device 'reference': 'y' is f32[3] and has 12 bytes, got 8");
}

TEST_CASE("reference: a plan without names says so") {
  const std::unique_ptr<Plan> plan = device("reference")->compile(Graph{});
  CHECK(message_of(ExitCode::unexpected, [&] { plan->write("x", {}); }) ==
        "device 'reference': no input or parameter 'x' to write; there are: none");
}

TEST_CASE("reference: an op that it does not have is declined by name") {
  const Op strange{.name = "strange", .summary = {}, .attributes = {}};
  Node node;
  node.op = &strange;
  CHECK(device("reference")->declines(Graph{}, node) == "has no op 'strange'");
  for (const Op& op : op_table()) {
    node.op = &op;
    CHECK(device("reference")->declines(Graph{}, node) == "");
  }
}

TEST_CASE("reference: memory holds eight bytes an element") {
  const MemoryReport report = device("reference")->compile(doubling())->memory();
  CHECK(report.parameters == 3 * 8);
  CHECK(report.activations == (3 + 3 + 3 + 1 + 3) * 8);  // x, y, 2 w and the constant 2; y as it is read
  CHECK(report.workspace == 3 * 8);                      // the new w
}

TEST_CASE("reference: the program is shown once, as the graph's text") {
  std::string shown;
  CompileOptions options;
  options.observe = [&](std::string_view pass, const std::string& text) { shown += std::string(pass) + "\n" + text; };
  const Graph graph = doubling();
  device("reference")->compile(graph, options);
  CHECK(shown == "lowered\n" + to_text(graph));
}

// Sanitizers end the process instead of throwing std::bad_alloc.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("reference: what a graph needs beyond all memory is an error") {
  Graph graph;
  Builder builder(graph, Mode::inference);
  const std::int64_t huge = std::int64_t{1} << 48;
  graph.add_output("y", builder.input("x", {DataType::f32, {huge}}));
  CHECK(message_of(ExitCode::resource, [&] { device("reference")->compile(graph); }) ==
        "device 'reference': out of memory for the tensors of this graph");
}
#endif

}  // namespace
}  // namespace gramstack::test
