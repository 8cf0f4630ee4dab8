#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "command_line.h"
#include "pipeline/pipeline.h"
#include "store/files.h"
#include "training/random.h"

namespace gramstack::tool {
namespace {

struct Options {
  std::string file, budget, out;
  std::vector<std::string> set;
  std::uint64_t seed = 0;
};

/// A number of pairs, or with % a share of all. At most half of them: so many are drawn quickly.
std::size_t budget_of(const std::string& text, double all) {
  double value = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result result = std::from_chars(text.data(), end, value);
  const bool percent = result.ec == std::errc() && result.ptr + 1 == end && *result.ptr == '%';
  if (result.ec != std::errc() || !(result.ptr == end || percent))
    throw UsageError(fmt::format("--budget wants a number of pairs or a share such as 1%, got {}", text));
  const double pairs = std::floor(percent ? value / 100 * all : value);
  if (pairs < 1 || pairs > std::floor(all / 2))
    throw UsageError(fmt::format("--budget {} is {:.0f} pairs; it wants 1 to {:.0f}, half of all", text, pairs,
                                 std::floor(all / 2)));
  return static_cast<std::size_t>(pairs);
}

/// Different pairs a < b of 0 .. images - 1, as a * images + b, ascending: drawn one by one, repeats replaced.
std::vector<std::uint64_t> draw(std::uint64_t images, std::size_t count, std::uint64_t seed) {
  const RandomStream stream(seed, "pairs");
  std::vector<std::uint64_t> drawn;
  for (std::uint64_t number = 0; drawn.size() < count;) {
    while (drawn.size() < count) {
      const std::uint64_t a = stream.below(images, 0, 2 * number), b = stream.below(images, 0, 2 * number + 1);
      ++number;
      if (a != b) drawn.push_back(std::min(a, b) * images + std::max(a, b));
    }
    std::sort(drawn.begin(), drawn.end());
    drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
  }
  return drawn;
}

struct PairText {
  std::string text;
  std::size_t count = 0, same = 0;
};

PairText derive(const Options& options, const Pipeline& pipeline) {
  const std::span<const std::int32_t> labels = pipeline.data.dataset->records(Split::train).labels;
  const std::uint64_t images = labels.size();
  const double all = static_cast<double>(images) * static_cast<double>(images - 1) / 2;
  PairText made;
  made.count = budget_of(options.budget, all);
  made.text = fmt::format("# {} of {:.0f} pairs of the {} training images of '{}', drawn with seed {}\n", made.count,
                          all, images, pipeline.name, options.seed);
  for (const std::uint64_t pair : draw(images, made.count, options.seed)) {
    const std::uint64_t a = pair / images, b = pair % images;
    const bool same = labels[a] == labels[b];
    made.same += same;
    fmt::format_to(std::back_inserter(made.text), "{},{},{}\n", a, b, same ? "same" : "different");
  }
  return made;
}

int act(const Options& options, Context& context) {
  const Pipeline pipeline = load_pipeline(options.file, options.set, context.registry());
  const PairText made = derive(options, pipeline);
  if (options.out.empty()) {
    print(made.text);
    return 0;
  }
  write_atomically(options.out, made.text);
  if (context.options.json)
    print_json({{"file", options.out}, {"pairs", made.count}, {"same", made.same}});
  else
    print(fmt::format("{}: {} pairs, {} of the same class\n", options.out, made.count, made.same));
  return 0;
}

}  // namespace

void add_pairs(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("pairs", "Draw pairs of training images, for training without class labels.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FILE", options->file, "pipeline file whose data are labelled")->required()->type_name("");
  verb.add_option("--budget", options->budget, "number of pairs, or a share of all such as 0.1%")
      ->required()
      ->type_name("N");
  verb.add_option("--seed", options->seed, "where the draw comes from (default: 0)")->type_name("N");
  verb.add_option("--out", options->out, "file to write (default: standard output)")->type_name("FILE");
  verb.add_option("--set", options->set, "override a value: data.validation=0")->type_name("KEY=VALUE");
}

}  // namespace gramstack::tool
