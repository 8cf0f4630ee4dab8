#include <doctest/doctest.h>

#include <cmath>

#include "api/error.h"
#include "support/random_steps.h"
#include "test_steps.h"

namespace gramstack::test {
namespace {

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

/// All parameters after some steps.
Tensors after_steps(Device& device, const Graph& graph, int steps) {
  const std::unique_ptr<Plan> plan = device.compile(graph);
  write_all(*plan, graph, step_feeds(graph));
  for (int i = 0; i < steps; ++i) plan->run();
  Tensors results;
  for (const Parameter& parameter : graph.parameters())
    results[parameter.name] = read(*plan, parameter.name, graph.type(parameter.value));
  results["loss"] = read(*plan, "loss", {DataType::f32, {}});
  return results;
}

/// The largest relative difference, of the Euclidean norms, over all tensors.
double difference(const Tensors& left, const Tensors& right) {
  double worst = 0;
  for (const auto& [name, values] : left) {
    double distance = 0, norm = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      distance += std::pow(values[i] - right.at(name)[i], 2);
      norm += std::pow(values[i], 2);
    }
    if (norm > 0) worst = std::max(worst, std::sqrt(distance / norm));
  }
  return worst;
}

TEST_CASE("onednn: it says its version, threads and instruction set") {
  CHECK(onednn(1)->describe().find(", 1 thread, ") != std::string::npos);
  CHECK(onednn(2)->describe().find(", 2 threads, ") != std::string::npos);
  CHECK(onednn(2)->describe().starts_with("onednn "));
}

TEST_CASE("onednn: f64 is declined, with the node's name") {
  Graph graph;
  Builder b(graph, Mode::training, DataType::f64);
  {
    const Builder::Scope scope = b.scope("layer");
    graph.add_output("y", b.exp(b.weight("w", {2}, Initializer::constant(0))));
  }
  CHECK(message_of(ExitCode::device, [&] { onednn()->compile(graph); }) ==
        "device onednn declines parameter \"layer/w\": wants f32, got f64");
}

TEST_CASE("onednn: names and sizes are checked") {
  Graph graph;
  Builder b(graph, Mode::training);
  graph.add_output("y", b.exp(b.input("x", {DataType::f32, {2}})));
  const std::unique_ptr<Plan> plan = onednn()->compile(graph);
  CHECK(message_of(ExitCode::unexpected, [&] { plan->write("z", {}); }) == "the step has no input or parameter \"z\"");
  CHECK(message_of(ExitCode::unexpected, [&] { plan->write("x", {}); }) == "\"x\" has 8 bytes, got 0");
  CHECK(message_of(ExitCode::unexpected, [&] { plan->read("z", {}); }) == "the step has no output or parameter \"z\"");
}

TEST_CASE("onednn: same threads, same bits") {
  const Graph lenet = training_step("lenet5", {32, 1, 28, 28}, "sgd");
  for (const int threads : {1, 2, 3}) {
    CAPTURE(threads);
    CHECK(after_steps(*onednn(threads), lenet, 3) == after_steps(*onednn(threads), lenet, 3));
  }
  const Graph resnet = training_step("resnet", {4, 3, 32, 32}, "sgd", {{"depth", "18"}, {"width", "16"}});
  CHECK(after_steps(*onednn(2), resnet, 2) == after_steps(*onednn(2), resnet, 2));
}

TEST_CASE("onednn: a number of threads changes rounding only") {
  const Graph graph = training_step("lenet5", {32, 1, 28, 28}, "adamw");
  CHECK(difference(after_steps(*onednn(1), graph, 1), after_steps(*onednn(2), graph, 1)) < 1e-4);
}

TEST_CASE("onednn: a sum with a product is rounded twice, as in two steps") {
  constexpr int kElements = 1003;
  Graph graph;
  Builder b(graph, Mode::training, DataType::f32);
  const Value x = b.input("x", {DataType::f32, {kElements}}), y = b.input("y", {DataType::f32, {kElements}});
  graph.add_output("right", b.add(x, b.multiply(y, 0.1)));
  graph.add_output("left", b.add(b.multiply(y, 0.1), x));
  graph.add_output("difference", b.subtract(x, b.multiply(y, 0.1)));
  graph.add_output("reversed", b.subtract(b.multiply(y, 0.1), x));
  const std::unique_ptr<Plan> plan = onednn(2)->compile(graph);
  const Tensors feeds = {{"x", normal_values(kElements, 1)}, {"y", normal_values(kElements, 2)}};
  write_all(*plan, graph, feeds);
  plan->run();
  const auto check = [&](const char* name, const auto& expected) {
    const std::vector<double> got = read(*plan, name, {DataType::f32, {kElements}});
    for (std::size_t i = 0; i < got.size(); ++i) {
      const float product = 0.1f * static_cast<float>(feeds.at("y")[i]);
      CHECK(got[i] == static_cast<double>(expected(static_cast<float>(feeds.at("x")[i]), product)));
    }
  };
  check("right", [](float a, float product) { return a + product; });
  check("left", [](float a, float product) { return product + a; });
  check("difference", [](float a, float product) { return a - product; });
  check("reversed", [](float a, float product) { return product - a; });
}

TEST_CASE("onednn: Winograd convolutions give what direct ones give") {
  const Graph graph = training_step("resnet", {4, 3, 32, 32}, "sgd", {{"depth", "18"}, {"width", "32"}});
  const std::string direct = texts_after_passes(*onednn(2, "direct"), graph).at("plan");
  const std::string winograd = texts_after_passes(*onednn(2, "winograd"), graph).at("plan");
  CHECK(direct.find("(winograd)") == std::string::npos);
  CHECK(winograd.find("conv2d stage1/block1/conv1 (winograd)\n") != std::string::npos);
  CHECK(winograd.find("conv2d_weight_gradient stage4/block1/conv1 (winograd)\n") != std::string::npos);
  CHECK(difference(after_steps(*onednn(2, "direct"), graph, 1), after_steps(*onednn(2, "winograd"), graph, 1)) < 1e-3);
}

/// A convolution that reads what another one made, and its gradients; "loss" and the slopes are outputs.
Graph two_convolutions(std::int64_t channels, std::int64_t filters, std::int64_t stride) {
  Graph graph;
  Builder b(graph, Mode::training);
  const Value x = b.input("x", {DataType::f32, {3, 16, 9, 7}});
  const Value first = b.weight("first", {channels, 16, 3, 3}, Initializer::normal(1));
  const Value second = b.weight("second", {filters, channels, 3, 3}, Initializer::normal(1));
  const Value y = b.conv2d(b.tanh(b.conv2d(x, first, {3, 1, 1})), second, {3, stride, 1});
  const Value loss = b.sum(b.square(y), {0, 1, 2, 3}, false);
  graph.add_output("loss", loss);
  const std::vector<Value> slopes = gradients(graph, loss, {first, second});
  graph.add_output("d first", slopes[0]);
  graph.add_output("d second", slopes[1]);
  return graph;
}

TEST_CASE("onednn: Winograd convolutions of channels that are no sixteens") {
  for (const std::int64_t stride : {1, 2})
    for (const std::pair<std::int64_t, std::int64_t>& shape :
         {std::pair<std::int64_t, std::int64_t>{24, 40}, {8, 16}, {20, 8}, {32, 24}}) {
      const std::int64_t channels = shape.first, filters = shape.second;
      CAPTURE(stride);
      CAPTURE(channels);
      CAPTURE(filters);
      const Graph graph = two_convolutions(channels, filters, stride);
      const std::string plan = texts_after_passes(*onednn(2, "winograd"), graph).at("plan");
      for (const char* kind : {"conv2d", "conv2d_data_gradient", "conv2d_weight_gradient"})
        CHECK(plan.find(std::string(kind) + " (winograd)\n") != std::string::npos);
      const Tensors feeds = random_feeds(graph);
      const Tensors want = evaluate(*device("reference"), graph, feeds);
      CHECK(difference(want, evaluate(*onednn(2, "winograd"), graph, feeds)) < 3e-5);
    }
}

TEST_CASE("onednn: a plan may run on another thread's pool after its device is gone") {
  const Graph graph = training_step("lenet5", {8, 1, 28, 28}, "sgd");
  std::shared_ptr<Device> device = onednn(2);
  const std::unique_ptr<Plan> plan = device->compile(graph);
  device.reset();
  write_all(*plan, graph, step_feeds(graph));
  plan->run();
  CHECK(std::isfinite(read(*plan, "loss", {DataType::f32, {}})[0]));
}

}  // namespace
}  // namespace gramstack::test
