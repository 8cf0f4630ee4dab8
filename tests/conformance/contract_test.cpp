// What every device promises around its numbers, the reference device included.
#include <doctest/doctest.h>

#include <optional>

#include "api/error.h"
#include "cases.h"
#include "devices.h"

namespace gramstack::conformance {
namespace {

/// y = x w, then w takes w + 1.
Graph step_graph() {
  Graph graph;
  Builder builder(graph, Mode::training);
  const Value x = builder.input("x", {DataType::f32, {2, 3}});
  const Value w = builder.weight("w", {3, 4}, Initializer::constant(0));
  graph.add_output("y", builder.matmul(x, w));
  builder.update(w, builder.add(w, 1.0));
  return graph;
}

template <class Action>
void for_each_device(const Action& action) {
  for (const TestedDevice& tested : all_devices()) {
    if (!tested.device) continue;
    CAPTURE(tested.name);
    action(*tested.device);
  }
}

template <class Action>
std::optional<ExitCode> code_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

TEST_CASE("conformance: a plan refuses unknown names and wrong sizes") {
  for_each_device([](Device& device) {
    const std::unique_ptr<Plan> plan = device.compile(step_graph());
    std::vector<std::byte> bytes(2 * 3 * sizeof(float));
    CHECK_FALSE(code_of([&] { plan->write("x", bytes); }));
    CHECK(code_of([&] { plan->write("y", bytes); }) == ExitCode::unexpected);
    CHECK(code_of([&] { plan->write("z", bytes); }) == ExitCode::unexpected);
    CHECK(code_of([&] { plan->write("w", bytes); }) == ExitCode::unexpected);
    CHECK(code_of([&] { plan->write("x", std::span(bytes).first(20)); }) == ExitCode::unexpected);
    CHECK(code_of([&] { plan->read("x", bytes); }) == ExitCode::unexpected);
    CHECK(code_of([&] { plan->read("w", bytes); }) == ExitCode::unexpected);
    plan->run();
    CHECK(code_of([&] { plan->read("y", bytes); }) == ExitCode::unexpected);
  });
}

TEST_CASE("conformance: parameters start as zeros") {
  for_each_device([](Device& device) {
    const std::unique_ptr<Plan> plan = device.compile(step_graph());
    CHECK(test::read(*plan, "w", {DataType::f32, {3, 4}}) == std::vector<double>(12, 0.0));
  });
}

TEST_CASE("conformance: a plan outlives its graph, and two plans share nothing") {
  for_each_device([](Device& device) {
    std::unique_ptr<Graph> graph = std::make_unique<Graph>(step_graph());
    const std::unique_ptr<Plan> first = device.compile(*graph);
    const std::unique_ptr<Plan> second = device.compile(*graph);
    graph.reset();
    for (Plan* plan : {first.get(), second.get()}) test::write(*plan, "x", DataType::f32, {1, 0, 0, 0, 1, 0});
    first->run();
    first->run();
    second->run();
    CHECK(test::read(*first, "w", {DataType::f32, {3, 4}}) == std::vector<double>(12, 2.0));
    CHECK(test::read(*second, "w", {DataType::f32, {3, 4}}) == std::vector<double>(12, 1.0));
    CHECK(test::read(*first, "y", {DataType::f32, {2, 4}}) == std::vector<double>(8, 1.0));
    CHECK(test::read(*second, "y", {DataType::f32, {2, 4}}) == std::vector<double>(8, 0.0));
  });
}

TEST_CASE("conformance: outputs are of the last run") {
  for_each_device([](Device& device) {
    const std::unique_ptr<Plan> plan = device.compile(step_graph());
    test::write(*plan, "x", DataType::f32, {1, 1, 1, 1, 1, 1});
    test::write(*plan, "w", DataType::f32, std::vector<double>(12, 1.0));
    plan->run();
    test::write(*plan, "x", DataType::f32, std::vector<double>(6, 5.0));
    test::write(*plan, "w", DataType::f32, std::vector<double>(12, 5.0));
    CHECK(test::read(*plan, "y", {DataType::f32, {2, 4}}) == std::vector<double>(8, 3.0));
  });
}

TEST_CASE("conformance: a device describes itself in one line and shows its passes") {
  for_each_device([](Device& device) {
    CHECK_FALSE(device.describe().empty());
    CHECK(device.describe().find('\n') == std::string::npos);
    int passes = 0;
    CompileOptions options;
    options.observe = [&](std::string_view pass, const std::string& text) {
      ++passes;
      CHECK_FALSE(pass.empty());
      CHECK_FALSE(text.empty());
    };
    device.compile(step_graph(), options);
    CHECK(passes >= 1);
  });
}

TEST_CASE("conformance: a graph without nodes is a plan that does nothing") {
  for_each_device([](Device& device) {
    const std::unique_ptr<Plan> plan = device.compile(Graph{});
    plan->run();
    CHECK(plan->memory().parameters == 0);
  });
}

}  // namespace
}  // namespace gramstack::conformance
