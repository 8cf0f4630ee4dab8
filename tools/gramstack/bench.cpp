#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <map>

#include "command_line.h"
#include "pipeline/pipeline.h"
#include "run_queue.h"
#include "training/network.h"
#include "training/step_bench.h"

namespace gramstack::tool {
namespace {

struct Options {
  std::string file, module;
  std::vector<std::string> set;
  std::int64_t batch = 0, steps = 20;
  bool end_to_end = false, inference = false;
};

/// Seconds of repetitions; `clean` of them had their threads wait less than half a percent for a processor.
struct Timing {
  double median = 0, least = 0, most = 0;
  std::size_t clean = 0, all = 0;
};

constexpr double kCleanShare = 0.005;

/// Repeats until `wanted` clean repetitions are there, at most three times as often; with fewer than three, all count.
Timing measure(std::int64_t wanted, const std::function<double()>& step) {
  std::vector<double> clean, all;
  while (clean.size() < static_cast<std::size_t>(wanted) && all.size() < 3 * static_cast<std::size_t>(wanted)) {
    const double before = seconds_on_run_queue(), seconds = step();
    all.push_back(seconds);
    if (seconds_on_run_queue() - before < kCleanShare * seconds) clean.push_back(seconds);
  }
  std::vector<double> used = clean.size() < 3 ? all : clean;
  std::sort(used.begin(), used.end());
  return {used[used.size() / 2], used.front(), used.back(), clean.size(), all.size()};
}

nlohmann::json to_json(const Timing& timing) {
  return {{"median", timing.median},
          {"least", timing.least},
          {"most", timing.most},
          {"clean", timing.clean},
          {"repetitions", timing.all}};
}

/// "conv2d (winograd)" of "conv2d features/conv1 (winograd)".
std::string kind_of(const std::string& step) {
  const std::size_t name = step.find(' '), note = step.find(" (");
  return step.substr(0, name) + (note == std::string::npos ? "" : step.substr(note));
}

struct Kind {
  double seconds = 0;
  std::int64_t steps = 0;
};

using Profile = std::vector<std::pair<std::string, double>>;

double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

/// Every step of a plan, in its order, with the median of its times over a few runs.
Profile profile(StepBench& bench) {
  constexpr std::size_t kRuns = 5;
  Profile steps = bench.profile();
  std::vector<std::vector<double>> times;
  for (const auto& [name, seconds] : steps) times.push_back({seconds});
  for (std::size_t run = 1; run < kRuns; ++run) {
    const Profile timed = bench.profile();
    for (std::size_t i = 0; i < timed.size(); ++i) times[i].push_back(timed[i].second);
  }
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i].second = median(times[i]);
  return steps;
}

/// The time of each kind of step, the longest first.
std::vector<std::pair<std::string, Kind>> kinds(const Profile& steps) {
  std::map<std::string, Kind> sums;
  for (const auto& [step, time] : steps) {
    Kind& kind = sums[kind_of(step)];
    kind.seconds += time;
    ++kind.steps;
  }
  std::vector<std::pair<std::string, Kind>> sorted(sums.begin(), sums.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
  return sorted;
}

/// The modules that are trained in the same steps as `module`.
std::vector<std::string> modules_of_step(const Pipeline& pipeline, const std::string& module) {
  for (const Segment& segment : segments_of(pipeline, false)) {
    std::vector<std::string> names;
    for (std::size_t m = segment.first; m <= segment.last; ++m) names.push_back(pipeline.stack[m].name);
    if (std::find(names.begin(), names.end(), module) != names.end()) return names;
  }
  return {module};
}

std::string name_of_step(const Options& options, const Pipeline& pipeline) {
  if (options.end_to_end) return "end to end";
  return options.inference || modules_of_step(pipeline, options.module).size() == 1 ? options.module : "together";
}

nlohmann::json measure_all(const Options& options, const Pipeline& pipeline) {
  const std::unique_ptr<StepBench> made = options.inference
                                              ? inference_bench(pipeline, options.module)
                                              : training_bench(pipeline, options.module, options.end_to_end);
  StepBench& bench = *made;
  const Timing step = measure(options.steps, [&] { return bench.run(); });
  const Timing whole = measure(options.steps, [&] { return bench.run_whole(); });
  const double operations = 2 * static_cast<double>(bench.products()), peak = pipeline.device->measure_peak();
  const Profile profiled = profile(bench);
  nlohmann::json by_kind = nlohmann::json::array(), steps = nlohmann::json::array();
  for (const auto& [name, seconds] : profiled) steps.push_back({{"name", name}, {"seconds", seconds}});
  for (const auto& [name, kind] : kinds(profiled))
    by_kind.push_back({{"kind", name}, {"steps", kind.steps}, {"seconds", kind.seconds}});
  const MemoryReport memory = bench.memory();
  return {{"module", name_of_step(options, pipeline)},
          {"device", pipeline.device->describe()},
          {"batch", bench.batch()},
          {"step", to_json(step)},
          {options.inference ? "inference_step" : "training_step", to_json(whole)},
          {"images_per_second", static_cast<double>(bench.batch()) / step.median},
          {"operations", operations},
          {"operations_per_second", operations / step.median},
          {"peak_operations_per_second", peak},
          {"memory", memory.total()},
          {"kinds", by_kind},
          {"steps", steps}};
}

std::string timing_line(const char* name, const nlohmann::json& timing) {
  return fmt::format("{:<10}{:.3f} ms, {:.3f} to {:.3f}, {} of {} repetitions undisturbed\n", name,
                     timing["median"].get<double>() * 1e3, timing["least"].get<double>() * 1e3,
                     timing["most"].get<double>() * 1e3, timing["clean"].get<std::size_t>(),
                     timing["repetitions"].get<std::size_t>());
}

std::string to_text(const nlohmann::json& result) {
  const double rate = result["operations_per_second"], peak = result["peak_operations_per_second"];
  std::string text = fmt::format("{}, batch {}, {}\n", result["module"].get<std::string>(),
                                 result["batch"].get<std::int64_t>(), result["device"].get<std::string>());
  text += timing_line("step", result["step"]);
  text += result.contains("inference_step") ? timing_line("inference", result["inference_step"])
                                            : timing_line("training", result["training_step"]);
  text += fmt::format("{:<10}{:.0f} images/s\n", "speed", result["images_per_second"].get<double>());
  text += fmt::format("{:<10}{:.1f} GFLOP/s by the ops' definitions", "rate", rate * 1e-9);
  text += peak > 0 ? fmt::format(", {:.0f} % of the measured peak of {:.1f}\n", 100 * rate / peak, peak * 1e-9) : "\n";
  text += fmt::format("{:<10}{:.1f} MiB\n\n", "memory", result["memory"].get<double>() / (1 << 20));
  double all = 0;
  for (const nlohmann::json& kind : result["kinds"]) all += kind["seconds"].get<double>();
  for (const nlohmann::json& kind : result["kinds"])
    text += fmt::format("{:>9.3f} ms {:>5.1f} % {:>4}  {}\n", kind["seconds"].get<double>() * 1e3,
                        100 * kind["seconds"].get<double>() / all, kind["steps"].get<std::int64_t>(),
                        kind["kind"].get<std::string>());
  return text;
}

int act(Options options, Context& context) {
  Pipeline pipeline = load_pipeline(options.file, options.set, context.registry());
  if (options.module.empty()) options.module = pipeline.stack.front().name;
  if (options.batch > 0) {
    for (const std::string& name : modules_of_step(pipeline, options.module))
      options.set.push_back(fmt::format("stack.{}.batch={}", name, options.batch));
    pipeline = load_pipeline(options.file, options.set, context.registry());
  }
  const nlohmann::json result = measure_all(options, pipeline);
  if (context.options.json)
    print_json(result);
  else
    print(to_text(result));
  return 0;
}

}  // namespace

void add_bench(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("bench", "Time the training step of a module.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FILE", options->file, "pipeline file")->required()->type_name("");
  verb.add_option("--module", options->module, "module of the stack; default: the first")->type_name("NAME");
  verb.add_option("--batch", options->batch, "images a step; default: the module's")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20))
      ->type_name("N");
  verb.add_option("--steps", options->steps, "undisturbed repetitions wanted")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20))
      ->type_name("N");
  CLI::Option* const whole = verb.add_flag("--end-to-end", options->end_to_end, "the whole network's step");
  verb.add_flag("--inference", options->inference, "outputs of the frozen stack up to the module")->excludes(whole);
  verb.add_option("--set", options->set, "override a value: stack.features.batch=256")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace gramstack::tool
