#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <utility>

#include "command_line.h"
#include "pipeline/pipeline.h"
#include "table.h"
#include "training/step_trace.h"

namespace gramstack::tool {
namespace {

struct Options {
  std::string file;
  std::vector<std::string> set, against;
  std::int64_t steps = 200;
  bool end_to_end = false;
  double bound = 0;
};

StepTrace trace(const Options& options, const std::vector<std::string>& set, Context& context) {
  const Pipeline pipeline = load_pipeline(options.file, set, context.registry());
  note(context, fmt::format("{} steps, {}", options.steps, pipeline.device->describe()));
  return trace_steps(pipeline, options.end_to_end, options.steps);
}

void check_same_network(const StepTrace& given, const StepTrace& other) {
  constexpr const char* kWanted = "what is compared is the training of one network";
  for (const auto& [name, tensor] : given.weights)
    if (!other.weights.contains(name) || other.weights.at(name).type != tensor.type)
      throw Error(ExitCode::usage, fmt::format("the two networks differ in '{}': {}", name, kWanted));
  if (given.weights.size() != other.weights.size())
    throw Error(ExitCode::usage, fmt::format("the two networks differ: {}", kWanted));
}

struct Comparison {
  StepTrace given, other;
  std::vector<double> differences;  ///< of the losses of each step, as shares of the largest one
  double largest = 0;               ///< of the differences
  double weights = 0;               ///< how far they are apart
};

Comparison compared(StepTrace given, StepTrace other) {
  check_same_network(given, other);
  double loss = 0;
  for (const double value : other.losses) loss = std::max(loss, std::abs(value));
  Comparison result;
  for (std::size_t step = 0; step < given.losses.size(); ++step) {
    const double difference = std::abs(given.losses[step] - other.losses[step]);
    result.differences.push_back(loss > 0 ? difference / loss : difference);
  }
  result.largest = *std::max_element(result.differences.begin(), result.differences.end());
  result.weights = relative_distance(given.weights, other.weights);
  result.given = std::move(given);
  result.other = std::move(other);
  return result;
}

/// 1, 2, 5, 10, 20, ... and the last.
bool shown(std::size_t step, std::size_t steps) {
  std::size_t leading = step;
  while (leading % 10 == 0) leading /= 10;
  return leading == 1 || leading == 2 || leading == 5 || step == steps;
}

std::string to_text(const Comparison& result) {
  std::vector<std::vector<std::string>> rows{{"step", "loss", "against", "difference"}};
  const std::size_t steps = result.differences.size();
  for (std::size_t i = 0; i < steps; ++i)
    if (shown(i + 1, steps))
      rows.push_back({std::to_string(i + 1), fmt::format("{:.6f}", result.given.losses[i]),
                      fmt::format("{:.6f}", result.other.losses[i]), fmt::format("{:.1e}", result.differences[i])});
  return fmt::format(
      "{}, batches of {}\n\n{}\nlosses   {:.1e} of the largest one apart, at most\nweights  {:.1e} apart\n",
      result.given.module, result.given.batch, table(rows, {0, 1, 2, 3}), result.largest, result.weights);
}

nlohmann::json to_json(const Comparison& result) {
  return {{"module", result.given.module},  {"batch", result.given.batch},          {"losses", result.given.losses},
          {"against", result.other.losses}, {"largest_difference", result.largest}, {"weights", result.weights}};
}

int act(const Options& options, Context& context) {
  std::vector<std::string> changed = options.set;
  changed.insert(changed.end(), options.against.begin(), options.against.end());
  StepTrace given = trace(options, options.set, context);
  const Comparison result = compared(std::move(given), trace(options, changed, context));
  if (context.options.json)
    print_json(to_json(result));
  else
    print(to_text(result));
  if (options.bound == 0 || result.largest <= options.bound) return 0;
  fmt::print(stderr, "gramstack: check failed: losses are {:.2g} of the largest one apart, above --bound {:.2g}\n",
             result.largest, options.bound);
  return static_cast<int>(ExitCode::check);
}

}  // namespace

void add_compare(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("compare", "Train the first steps in two ways, and tell how far they come apart.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FILE", options->file, "pipeline file")->required()->type_name("");
  verb.add_option("--against", options->against, "what is other the second time: device.convolution=direct")
      ->required()
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  verb.add_option("--steps", options->steps, "steps to train")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20))
      ->type_name("N");
  verb.add_flag("--end-to-end", options->end_to_end, "the whole network, not the lowest module alone");
  verb.add_option("--bound", options->bound, "exit with 10 where losses differ by more, as a share of the largest one")
      ->check(CLI::PositiveNumber)
      ->type_name("SHARE");
  verb.add_option("--set", options->set, "override a value both times: stack.features.batch=256")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
