#include "support/kernel_check.h"

#include <fmt/format.h>

#include <cmath>

namespace gramstack::test {
namespace {

/// A scalar that every element of x enters with a weight of its own.
Value weighted_sum(Builder& b, Value x, std::uint64_t seed) {
  const Shape shape = b.shape(x);
  return b.sum(b.multiply(x, b.constant(shape, normal_values(elements(shape), seed))));
}

}  // namespace

KernelValues evaluate_kernel(const std::string& device_name, const Kernel& kernel, const Shape& shape,
                             const std::vector<double>& x, const Tensors& states) {
  Graph graph;
  Builder b(graph, Mode::inference, real_of(device_name));
  const Value input = b.input("x", {b.real(), shape});
  const Value features = kernel.features(b, input);
  graph.add_output("gram", kernel.gram(b, input));
  graph.add_output("features", features);
  Tensors feeds = states;
  feeds["x"] = x;
  const Tensors results = evaluate(*device(device_name), graph, feeds);
  return {results.at("gram"), results.at("features"), graph.shape(features)};
}

std::string check_gram(const Kernel& kernel, const KernelValues& values) {
  const std::size_t n = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(values.gram.size()))));
  const KernelRange range = kernel.range();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double k = values.gram[i * n + j];
      if (k != values.gram[j * n + i]) return fmt::format("K[{},{}] = {} is not K[{},{}]", i, j, k, j, i);
      if (k < range.min - 1e-6 || k > range.max + 1e-6) return fmt::format("K[{},{}] = {} is out of range", i, j, k);
      if (i == j && std::abs(k - 1) > 1e-6) return fmt::format("K[{},{}] = {}", i, i, k);
    }
  return "";
}

std::string check_kernel_gradient(const Kernel& kernel, const Shape& shape) {
  const GradientCheck check{.shapes = {shape}, .kink = 0.01};
  const std::string fault = check_gradients(
      check, [&](Builder& b, const std::vector<Value>& x) { return weighted_sum(b, kernel.gram(b, x[0]), 5); });
  if (!fault.empty()) return "gram: " + fault;
  const std::string features_fault = check_gradients(
      check, [&](Builder& b, const std::vector<Value>& x) { return weighted_sum(b, kernel.features(b, x[0]), 6); });
  return features_fault.empty() ? "" : "features: " + features_fault;
}

}  // namespace gramstack::test
