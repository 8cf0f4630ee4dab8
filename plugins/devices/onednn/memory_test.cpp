// Random programs: tensors that live at the same time never share memory, and results are the reference's.
#include <doctest/doctest.h>

#include <cmath>

#include "support/random_steps.h"
#include "test_steps.h"

namespace gramstack::test {
namespace {

TEST_CASE("onednn: random steps have sound memory and the reference's results") {
  const std::shared_ptr<Device> tested = onednn(2), oracle = device("reference");
  for (unsigned seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    const RandomStep step(seed);
    check_no_overlap(texts_after_passes(*tested, step.graph()).at("memory"));
    const Tensors feeds = random_feeds(step.graph());
    const Tensors got = evaluate(*tested, step.graph(), feeds), want = evaluate(*oracle, step.graph(), feeds);
    REQUIRE(got.size() == want.size());
    for (const Tensors::value_type& item : want) {
      const std::string& name = item.first;
      const std::vector<double>& values = item.second;
      for (std::size_t i = 0; i < values.size(); ++i) {
        INFO(name << "[" << i << "] = " << got.at(name)[i] << ", reference " << values[i]);
        const bool near = std::abs(got.at(name)[i] - values[i]) <= 1e-4 * (1 + std::abs(values[i]));
        if (!near) FAIL_CHECK("differs");
      }
    }
  }
}

double distance(const std::vector<double>& left, const std::vector<double>& right) {
  double squares = 0;
  for (std::size_t i = 0; i < left.size(); ++i) squares += std::pow(left[i] - right[i], 2);
  return std::sqrt(squares);
}

double norm(const std::vector<double>& values) { return distance(values, std::vector<double>(values.size(), 0.0)); }

TEST_CASE("onednn: random networks have sound memory and the reference's results") {
  const std::shared_ptr<Device> tested = onednn(2, "winograd"), oracle = device("reference");
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const RandomNetwork network(seed);
    check_no_overlap(texts_after_passes(*tested, network.graph()).at("memory"));
    const Tensors feeds = random_feeds(network.graph());
    const Tensors got = evaluate(*tested, network.graph(), feeds), want = evaluate(*oracle, network.graph(), feeds);
    for (const Tensors::value_type& item : want) {
      const std::string& name = item.first;
      const std::vector<double>& values = item.second;
      INFO(name);
      // Some gradients are zero but for rounding: a bias before a batch normalisation.
      CHECK(distance(got.at(name), values) <= 1e-4 * norm(values) + 1e-6 * std::abs(want.at("loss")[0]));
    }
  }
}

TEST_CASE("onednn: networks have sound memory") {
  for (const char* optimizer : {"sgd", "adamw"}) {
    check_no_overlap(texts_after_passes(*onednn(), training_step("lenet5", {8, 1, 28, 28}, optimizer)).at("memory"));
    const Graph resnet = training_step("resnet", {2, 3, 32, 32}, optimizer, {{"depth", "18"}, {"width", "16"}});
    check_no_overlap(texts_after_passes(*onednn(), resnet).at("memory"));
  }
}

TEST_CASE("onednn: memory is used again") {
  Graph graph;
  Builder b(graph, Mode::inference);
  Value x = b.input("x", {DataType::f32, {256, 64}});
  const Value w = b.input("w", {DataType::f32, {64, 64}});
  for (int i = 0; i < 10; ++i) x = b.tanh(b.matmul(x, w));
  graph.add_output("y", x);
  CHECK(onednn()->compile(graph)->memory().activations == 2 * 256 * 64 * sizeof(float));
}

}  // namespace
}  // namespace gramstack::test
