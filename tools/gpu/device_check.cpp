// gramstack-device-check DEVICE [share=I/N] [PARAMETER=VALUE]...
// Runs on a device, with those parameters: every conformance case against the device "reference" (where numbers are
// f32), and ten training steps of three networks against the device "onednn". Prints one JSON document. With share: the
// I-th of N shares of the cases, and the training steps in the first only.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "api/error.h"
#include "cases.h"
#include "check.h"
#include "test_steps.h"

namespace {

using namespace gramstack;
using namespace gramstack::test;
using nlohmann::json;

/// `bound`: how far ten steps in fp32 may lead away. Rounding grows with depth: the CPU's two convolution algorithms
/// lead 2.5e-3 apart in the last network, 0 in the others.
struct Training {
  std::string name, backbone;
  Shape images;
  std::string optimizer;
  double rate;
  Settings settings;
  double bound;
};

const Training kTrainings[] = {
    {"LeNet-5, sgd", "lenet5", {32, 1, 28, 28}, "sgd", 0.05, {}, 1e-4},
    {"perceptron, adamw", "mlp", {32, 1, 28, 28}, "adamw", 1e-3, {{"widths", "[64, 32]"}}, 1e-4},
    {"ResNet-18 of width 16, sgd", "resnet", {32, 3, 32, 32}, "sgd", 0.05, {{"depth", "18"}, {"width", "16"}}, 1e-2},
};
constexpr int kSteps = 10;
constexpr double kLossFactor = 4;  ///< on the bound; losses of a batch that is learned by heart swing more than weights

json check_case(Device& tested, const std::string& name, Device& oracle, const conformance::Case& subject) {
  try {
    return conformance::check(tested, name, oracle, subject);
  } catch (const std::exception& error) {
    return subject.name + ": " + error.what();
  }
}

/// `index` of `count`, from 0.
struct Share {
  int index = 0, count = 1;
};

json check_cases(Device& tested, const std::string& name, Share share) {
  const std::shared_ptr<Device> oracle = device("reference");
  json failures = json::array();
  int count = 0, number = 0;
  for (const conformance::Case& subject : conformance::all_cases()) {
    if (!subject.skip.empty() || number++ % share.count != share.index) continue;
    ++count;
    if (json failure = check_case(tested, name, *oracle, subject); failure != "") failures.push_back(failure);
  }
  return {{"cases", count}, {"failures", failures}};
}

/// The loss of every step, and all parameters after the last.
Tensors train(Device& tested, const Graph& graph, double rate) {
  const std::unique_ptr<Plan> plan = tested.compile(graph);
  Tensors feeds = step_feeds(graph);
  feeds["rate"] = {rate};
  write_all(*plan, graph, feeds);
  Tensors results;
  for (int i = 0; i < kSteps; ++i) {
    plan->run();
    results["loss"].push_back(read(*plan, "loss", {DataType::f32, {}})[0]);
  }
  for (const Parameter& parameter : graph.parameters())
    results[parameter.name] = read(*plan, parameter.name, graph.type(parameter.value));
  return results;
}

/// The Euclidean norm of the difference over that of the numbers, of all tensors but the losses together.
double distance(const Tensors& got, const Tensors& want) {
  double squares = 0, norm = 0;
  for (const auto& [name, values] : want)
    for (std::size_t i = 0; i < values.size() && name != "loss"; ++i) {
      squares += std::pow(got.at(name)[i] - values[i], 2);
      norm += std::pow(values[i], 2);
    }
  return std::sqrt(squares / norm);
}

/// The largest difference of a loss, as a share of the first one.
double loss_distance(const Tensors& got, const Tensors& want) {
  double worst = 0;
  for (std::size_t i = 0; i < want.at("loss").size(); ++i)
    worst = std::max(worst, std::abs(got.at("loss")[i] - want.at("loss")[i]));
  return worst / std::abs(want.at("loss")[0]);
}

/// How far ten steps may lead away from the CPU's, by the fraction bits of the arithmetic.
double bound_of(const std::string& precision, const Training& training) {
  if (precision == "bf16") return 0.1;
  return precision == "tf32" ? 0.05 : training.bound;
}

json check_training(Device& tested, const Training& training, const std::string& precision) {
  const double bound = bound_of(precision, training);
  json row = {{"network", training.name}, {"steps", kSteps}, {"bound", bound}};
  try {
    const Graph graph = training_step(training.backbone, training.images, training.optimizer, training.settings);
    const Tensors got = train(tested, graph, training.rate), want = train(*device("onednn"), graph, training.rate);
    const bool repeats = train(tested, graph, training.rate) == got;
    row["weights"] = distance(got, want);
    row["losses"] = loss_distance(got, want);
    row["same_bits_again"] = repeats;
    row["ok"] = distance(got, want) <= bound && loss_distance(got, want) <= kLossFactor * bound && repeats;
  } catch (const std::exception& error) {
    row["ok"] = false;
    row["error"] = error.what();
  }
  return row;
}

int run(const std::string& name, const Settings& settings, Share share) {
  const std::shared_ptr<Device> tested = component<Device>(GRAMSTACK_DEVICE, name, settings);
  const Settings::const_iterator found = settings.find("precision");
  const std::string precision = found == settings.end() ? "fp32" : found->second;
  json result = {{"device", tested->describe()}, {"precision", precision}, {"training", json::array()}};
  if (precision == "fp32") result["conformance"] = check_cases(*tested, name, share);
  if (share.index == 0)
    for (const Training& training : kTrainings)
      result["training"].push_back(check_training(*tested, training, precision));
  std::cout << result.dump(2) << "\n";
  return 0;
}

int fail(int code, const std::string& message) {
  std::cerr << message << "\n";
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return fail(2, "usage: gramstack-device-check DEVICE [share=I/N] [PARAMETER=VALUE]...");
  const std::filesystem::path bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  setenv("GRAMSTACK_TEST_PLUGINS", (bin.parent_path() / "lib/gramstack/plugins").c_str(), 1);
  Settings settings;
  Share share;
  for (int i = 2; i < argc; ++i) {
    const std::string setting = argv[i];
    if (std::sscanf(argv[i], "share=%d/%d", &share.index, &share.count) == 2) {
      if (share.index < 1 || share.index > share.count)
        return fail(2, "wants share=I/N, I from 1 to N, got " + setting);
      --share.index;
      continue;
    }
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) return fail(2, "wants PARAMETER=VALUE, got " + setting);
    settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  try {
    return run(argv[1], settings, share);
  } catch (const Error& error) {
    return fail(static_cast<int>(error.code()), error.what());
  } catch (const std::exception& error) {
    return fail(1, error.what());
  }
}
