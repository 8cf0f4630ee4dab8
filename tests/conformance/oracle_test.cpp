// The reference device against numbers of another implementation, PyTorch 1.13 in float64:
//
//   import torch, torch.nn.functional as F
//   def grid(*shape, step=7, mod=11, scale=0.25):
//       count = torch.Size(shape).numel()
//       return (torch.tensor([i * step % mod - mod // 2 for i in range(count)]).double() * scale).reshape(shape)
//   x, w, b = grid(1, 2, 5, 4), grid(3, 2, 3, 3, step=5, mod=7), torch.tensor([0.5, -1, 0.25]).double()
//   for t in (x, w, b): t.requires_grad_()
//   y = F.conv2d(x, w, b, stride=2, padding=1)
//   y.backward(grid(*y.shape, step=3, mod=5)); print(y, x.grad, w.grad, b.grad)
//
// and likewise, each with y.backward(grid(*y.shape, step=3, mod=5)):
//   F.batch_norm(grid(3, 2, 2, 2), zeros, ones, scale=[1.5, -0.5], shift=[0.25, 1], training, 0.1, eps=0.125)
//   F.max_pool2d(grid(1, 2, 5, 4), 3, 2, 1)
//   torch.logsumexp(grid(3, 4, scale=1.5), 1), with y.backward([1, -2, 0.5])
#include <doctest/doctest.h>

#include <cmath>

#include "api/builder.h"
#include "devices.h"

namespace gramstack::conformance {
namespace {

using Numbers = std::vector<double>;

struct Pattern {
  std::int64_t step = 7, mod = 11;
  double scale = 0.25;
};

Numbers grid(const Shape& shape, const Pattern& pattern = {}) {
  Numbers numbers;
  for (std::int64_t i = 0; i < elements(shape); ++i)
    numbers.push_back(static_cast<double>(i * pattern.step % pattern.mod - pattern.mod / 2) * pattern.scale);
  return numbers;
}

const Pattern kUpstream{3, 5, 0.25};

void check_near(const Numbers& got, const Numbers& want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(got[i] - want[i]) <= 1e-11 * (1 + std::abs(want[i])));
  }
}

/// A graph in f64 under construction, with its feeds.
struct Step {
  Graph graph;
  Builder builder{graph, Mode::training, DataType::f64};
  test::Tensors feeds;

  Value argument(const std::string& name, const Shape& shape, Numbers numbers) {
    feeds[name] = std::move(numbers);
    return builder.weight(name, shape, Initializer::constant(0));
  }
  /// Outputs y and the gradients "d NAME" of sum(y upstream); runs it.
  test::Tensors run(Value y, const Numbers& upstream) {
    const Value loss = builder.sum(builder.multiply(y, builder.constant(builder.shape(y), upstream)));
    std::vector<Value> arguments;
    std::vector<std::string> names;
    for (const Parameter& parameter : graph.parameters())
      if (parameter.role == Role::weight) {
        arguments.push_back(parameter.value);
        names.push_back("d " + parameter.name);
      }
    const std::vector<Value> found = gradients(graph, loss, arguments);
    for (std::size_t i = 0; i < found.size(); ++i) graph.add_output(names[i], found[i]);
    graph.add_output("y", y);
    return test::evaluate(reference(), graph, feeds);
  }
};

TEST_CASE("reference: conv2d with stride 2, padding and bias, and its gradients") {
  Step step;
  const Value x = step.argument("x", {1, 2, 5, 4}, grid({1, 2, 5, 4}));
  const Value w = step.argument("w", {3, 2, 3, 3}, grid({3, 2, 3, 3}, {5, 7, 0.25}));
  const Value b = step.argument("b", {3}, {0.5, -1, 0.25});
  const test::Tensors results = step.run(step.builder.conv2d(x, w, {3, 2, 1}, b), grid({1, 3, 3, 2}, kUpstream));
  check_near(results.at("y"), {-1.5, 0.5, 1, -1.375, -0.875, -0.375, -3, 1.3125, 0.5, -0.625, -2, -1.0625, 0.4375,
                               1.8125, -1.1875, 1.5625, -1.25, 2.75});
  check_near(results.at("d x"),
             {-0.3125, 0.375,  0.1875,  -0.0625, 0.4375,  -1.25,   0.125,   0.3125,  0.0625,  -0.6875,
              0.25,    0.25,   0.4375,  0.6875,  -0.8125, 0.3125,  -0.1875, -0.1875, -0.3125, -0.0625,
              0.1875,  0.375,  -0.3125, -0.125,  -0.1875, 0.25,    -0.8125, 0.6875,  -0.1875, 0.8125,
              0.25,    -0.625, 0.4375,  -0.125,  0.125,   -0.9375, 0.0625,  -0.3125, 0.1875,  0.4375});
  check_near(results.at("d w"),
             {-0.125,  -0.1875, 0.0625,  0,      0.625,   -0.25,   -0.4375, 0.625,  0.625,  1.25,    0,
              -0.4375, -0.1875, -1.0625, 0.125,  -0.3125, 0.625,   -0.75,   -0.125, 0.1875, -0.0625, 0.125,
              -0.3125, -0.5625, 0.1875,  0.0625, -0.4375, -0.3125, 0,       1.125,  0.125,  0.1875,  -0.0625,
              -0.3125, -0.3125, -0.125,  0.5,    -0.6875, -0.1875, -0.375,  0,      1.625,  -0.125,  -0.1875,
              0.0625,  -0.3125, -0.3125, 0.1875, -0.1875, 0.1875,  -0.25,   1.25,   0,      -0.4375});
  check_near(results.at("d b"), {-0.5, 0.25, -0.25});
}

TEST_CASE("reference: batch_norm and its gradients") {
  Step step;
  const Value x = step.argument("x", {3, 2, 2, 2}, grid({3, 2, 2, 2}));
  const Value scale = step.argument("scale", {2}, {1.5, -0.5});
  const Value shift = step.argument("shift", {2}, {0.25, 1});
  const test::Tensors results =
      step.run(step.builder.batch_norm(x, scale, shift, 0.125).output, grid({3, 2, 2, 2}, kUpstream));
  check_near(results.at("y"),
             {-1.43210489006096, 1.39383132524145,  -0.220989369217069, 2.60494684608535,  0.933819808102579,
              1.56914965031783,  0.457322426441144, 1.09265226865639,   -1.02839971644633, 1.79753649885609,
              0.182715804397562, -1.43210489006096, 0.774987347548767,  1.41031718976401,  0.298489965887332,
              0.933819808102579, -0.6246945428317,  2.20124167247072,   0.586420978012193, -1.02839971644633,
              0.616154886994955, 1.2514847292102,   1.88681457142545,   0.774987347548767});
  check_near(results.at("d x"),
             {-0.822031460156955, 0.244091357487317,  -0.480466016485019, 0.585656801159253,  -0.0365080918441838,
              0.250436605638456,  -0.172300384679257, 0.114644312803382,  0.772075990987337,  -0.180327059441545,
              -0.904884433413881, 0.389084060686938,  0.130004424615874,  -0.377213180670545, -0.00578786821919986,
              0.28115682926344,   0.347657574058475,  -0.604745476370408, 0.689223017730411,  -0.0353343562419244,
              0.296516941075931,  -0.210700664210487, 0.0762440332721521, -0.346492957045561});
  check_near(results.at("d scale"), {0.571915662620727, 0.456643324092209});
  check_near(results.at("d shift"), {0.75, -0.75});
}

/// Started at mean 0, variance 1 and moved by 0.1 towards the batch's, the variance unbiased.
TEST_CASE("reference: running statistics of the batch norm layer") {
  Step step;
  const Value x = step.argument("x", {3, 2, 2, 2}, grid({3, 2, 2, 2}));
  const Value y = step.builder.batch_norm_layer("bn", x, {.epsilon = 0.125});
  for (const Parameter& parameter : step.graph.parameters())
    if (parameter.name != "x") step.feeds[parameter.name] = Numbers(2, parameter.initializer.scale);
  std::vector<Numbers> states;
  const test::Tensors results = step.run(y, grid({3, 2, 2, 2}, kUpstream));
  for (const Parameter& parameter : step.graph.parameters())
    if (parameter.role == Role::state) states.push_back(results.at(parameter.name));
  REQUIRE(states.size() == 2);
  check_near(states[0], {-0.0208333333333333, 0.0145833333333333});
  check_near(states[1], {0.980492424242424, 0.953929924242424});
}

TEST_CASE("reference: max_pool with overlapping windows and padding, and its gradient") {
  Step step;
  const Value x = step.argument("x", {1, 2, 5, 4}, grid({1, 2, 5, 4}));
  const test::Tensors results = step.run(step.builder.max_pool(x, {3, 2, 1}), grid({1, 2, 3, 2}, kUpstream));
  check_near(results.at("y"), {0.5, 1.25, 0.75, 1.25, 1, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1});
  check_near(results.at("d x"), {0, -0.5, 0, 0.25, 0, 0,   0, 0, 0, -0.25, 0, 0, 0, 0, 0, 0, 0,    0, 0, 0,
                                 0, 0,    0, 0,    0, 0.5, 0, 0, 0, 0,     0, 0, 0, 0, 0, 0, -0.5, 0, 0, 0.25});
}

TEST_CASE("reference: logsumexp of rows and its gradient") {
  Step step;
  const Value x = step.argument("x", {3, 4}, grid({3, 4}, {7, 11, 1.5}));
  const test::Tensors results = step.run(step.builder.logsumexp(x, {1}), {1, -2, 0.5});
  check_near(results.at("y"), {7.51107528091882, 6.01352342998632, 4.50250928195547});
  check_near(results.at("d x"), {3.02533058569663e-07, 0.0109866400975346, 2.72331580560138e-05, 0.988985824211351,
                                 -0.0219195521236483, -5.43331375380449e-05, -1.97313520156308, -0.00489091317573151,
                                 1.37337196266905e-05, 0.498746931830433, 0.00123627004288035, 3.06440705973709e-06});
}

}  // namespace
}  // namespace gramstack::conformance
