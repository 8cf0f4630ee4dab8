#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

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

/// Of the losses of each step, as shares of the largest one.
std::vector<double> differences(const StepTrace& given, const StepTrace& other) {
  double largest = 0;
  for (const double loss : other.losses) largest = std::max(largest, std::abs(loss));
  std::vector<double> shares;
  for (std::size_t step = 0; step < given.losses.size(); ++step)
    shares.push_back(largest > 0 ? std::abs(given.losses[step] - other.losses[step]) / largest
                                 : std::abs(given.losses[step]));
  return shares;
}

double largest_difference(const StepTrace& given, const StepTrace& other) {
  const std::vector<double> shares = differences(given, other);
  return *std::max_element(shares.begin(), shares.end());
}

/// 1, 2, 5, 10, 20, ... and the last.
bool shown(std::size_t step, std::size_t steps) {
  std::size_t leading = step;
  while (leading % 10 == 0) leading /= 10;
  return leading == 1 || leading == 2 || leading == 5 || step == steps;
}

std::string to_text(const StepTrace& given, const StepTrace& other) {
  const std::vector<double> shares = differences(given, other);
  std::vector<std::vector<std::string>> rows{{"step", "loss", "against", "difference"}};
  for (std::size_t i = 0; i < given.losses.size(); ++i)
    if (shown(i + 1, given.losses.size()))
      rows.push_back({std::to_string(i + 1), fmt::format("{:.6f}", given.losses[i]),
                      fmt::format("{:.6f}", other.losses[i]), fmt::format("{:.1e}", shares[i])});
  return fmt::format(
      "{}, batches of {}\n\n{}\nlosses   {:.1e} of the largest one apart, at most\nweights  {:.1e} apart\n",
      given.module, given.batch, table(rows, {0, 1, 2, 3}), largest_difference(given, other),
      relative_distance(given.weights, other.weights));
}

nlohmann::json to_json(const StepTrace& given, const StepTrace& other) {
  return {{"module", given.module},
          {"batch", given.batch},
          {"losses", given.losses},
          {"against", other.losses},
          {"largest_difference", largest_difference(given, other)},
          {"weights", relative_distance(given.weights, other.weights)}};
}

int act(const Options& options, Context& context) {
  std::vector<std::string> changed = options.set;
  changed.insert(changed.end(), options.against.begin(), options.against.end());
  const StepTrace given = trace(options, options.set, context), other = trace(options, changed, context);
  check_same_network(given, other);
  if (context.options.json)
    print_json(to_json(given, other));
  else
    print(to_text(given, other));
  const double largest = largest_difference(given, other);
  if (options.bound == 0 || largest <= options.bound) return 0;
  fmt::print(stderr, "gramstack: check failed: losses are {:.2g} of the largest one apart, above --bound {:.2g}\n",
             largest, options.bound);
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
