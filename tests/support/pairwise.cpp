#include "support/pairwise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace gramstack::test {
namespace {

struct KernelChoice {
  std::string name;
  Settings settings;
};

bool finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

double objective(const std::string& device, const KernelChoice& kernel, const std::string& loss,
                 const Settings& settings) {
  return -pairwise(device, *make<Kernel>(kernel.name, kernel.settings), *make<Loss>(loss, settings), oracle_batch())
              .loss;
}

std::map<std::string, PairwiseBatch> degenerate_batches() {
  const std::vector<double> x = normal_values(8, 7);
  return {
      {"one class", {x, 2, {1, 1, 1, 1}}},
      {"no two of a class", {x, 2, {0, 1, 2, 3}}},
      {"one image", {{0.3, -0.7}, 2, {5}}},
      {"unknown labels", {x, 2, {-1, -1, -1, -1}}},
      {"one known label", {x, 2, {-1, 2, -1, -1}}},
      {"dead features", {std::vector<double>(8, 0.0), 2, {0, 1, 0, 1}}},
      {"negative features", {std::vector<double>(8, -1.0), 2, {0, 1, 0, 1}}},
      {"equal features", {std::vector<double>(8, 0.5), 2, {0, 1, 0, 1}}},
  };
}

bool defined(const Loss& loss, const Kernel& kernel) {
  try {
    loss.check(kernel.range());
    return true;
  } catch (const BadParameter&) {
    return false;
  }
}

}  // namespace

std::vector<std::string> devices() {
  std::vector<std::string> names = {"reference"};
  if (plugins().find(GRAMSTACK_DEVICE, "onednn")) names.emplace_back("onednn");
  return names;
}

DataType real_of(const std::string& device) { return device == "reference" ? DataType::f64 : DataType::f32; }

PairwiseBatch oracle_batch() { return {{1, 3, 0.5, -2, 9, 0.1}, 2, {0, 1, 0}}; }

Outcome pairwise(const std::string& device_name, const Kernel& kernel, const Loss& loss, const PairwiseBatch& batch) {
  const std::int64_t n = static_cast<std::int64_t>(batch.labels.size());
  Graph graph;
  Builder b(graph, Mode::training, real_of(device_name));
  const Value x = b.weight("x", {n, batch.width}, Initializer::constant(0));
  const PairMasks pairs = b.pair_masks(b.input("labels", {DataType::i32, {n}}));
  const Value value = loss.emit(b, {kernel.gram(b, x), pairs, {}, kernel.range()});
  graph.add_output("loss", value);
  graph.add_output("gradient", gradients(graph, value, {x}).front());
  const Tensors results = evaluate(*device(device_name), graph, {{"x", batch.x}, {"labels", batch.labels}});
  return {results.at("loss").front(), results.at("gradient")};
}

double gaussian_objective(const std::string& device, const std::string& loss, const Settings& settings) {
  return objective(device, {"gaussian", {{"sigma", "10"}}}, loss, settings);
}

double tanh_objective(const std::string& device, const std::string& loss, const Settings& settings) {
  return objective(device, {"tanh", {}}, loss, settings);
}

PairMasks constant_masks(Builder& b, const std::vector<double>& labels) {
  const std::int64_t n = static_cast<std::int64_t>(labels.size());
  std::vector<double> same, different, self;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t j = 0; j < labels.size(); ++j) {
      const bool known = i != j && labels[i] >= 0 && labels[j] >= 0;
      same.push_back(known && labels[i] == labels[j] ? 1 : 0);
      different.push_back(known && labels[i] != labels[j] ? 1 : 0);
      self.push_back(i == j ? 1 : 0);
    }
  }
  return {b.constant({n, n}, same), b.constant({n, n}, different), b.constant({n, n}, self)};
}

std::string check_pairwise_gradient(const std::string& loss_name, const Settings& settings) {
  const std::shared_ptr<Loss> loss = make<Loss>(loss_name, settings);
  for (const KernelChoice& choice : {KernelChoice{"tanh", {}}, KernelChoice{"gaussian", {{"sigma", "1.5"}}}}) {
    const std::shared_ptr<Kernel> kernel = make<Kernel>(choice.name, choice.settings);
    if (!defined(*loss, *kernel)) continue;
    const std::string fault = check_gradients({.shapes = {{6, 3}}}, [&](Builder& b, const std::vector<Value>& x) {
      const PairMasks pairs = constant_masks(b, {0, 1, 0, 2, -1, 1});
      return loss->emit(b, {kernel->gram(b, x[0]), pairs, {}, kernel->range()});
    });
    if (!fault.empty()) return fmt::format("through {}: {}", choice.name, fault);
  }
  return "";
}

std::string check_unknown_pairs(const std::string& loss_name, const Settings& settings) {
  const std::shared_ptr<Loss> loss = make<Loss>(loss_name, settings);
  const std::shared_ptr<Kernel> kernel = make<Kernel>("tanh");
  const std::vector<double> x = normal_values(10, 3);
  const std::vector<double> fewer(x.begin(), x.end() - 2);
  for (const std::string& device : devices()) {
    const double with = pairwise(device, *kernel, *loss, {x, 2, {0, 1, 0, 1, -1}}).loss;
    const double without = pairwise(device, *kernel, *loss, {fewer, 2, {0, 1, 0, 1}}).loss;
    if (std::abs(with - without) > 1e-6) return fmt::format("{}: {} with, {} without", device, with, without);
  }
  return "";
}

std::string check_degenerate_batches(const std::string& loss_name, const Settings& settings) {
  const std::shared_ptr<Loss> loss = make<Loss>(loss_name, settings);
  const std::vector<KernelChoice> kernels = {{"tanh", {}}, {"relu", {}}, {"gaussian", {{"sigma", "2"}}}};
  for (const std::string& device : devices())
    for (const KernelChoice& choice : kernels)
      for (const auto& [name, batch] : degenerate_batches()) {
        const std::shared_ptr<Kernel> kernel = make<Kernel>(choice.name, choice.settings);
        if (!defined(*loss, *kernel)) continue;
        const Outcome outcome = pairwise(device, *kernel, *loss, batch);
        if (!std::isfinite(outcome.loss) || !finite(outcome.gradient))
          return fmt::format("{}, {}, {}: loss {}, gradient [{}]", device, choice.name, name, outcome.loss,
                             fmt::join(outcome.gradient, ", "));
      }
  return "";
}

}  // namespace gramstack::test
