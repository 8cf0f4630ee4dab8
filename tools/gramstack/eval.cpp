#include <fmt/core.h>

#include <cstdio>

#include "command_line.h"
#include "recorded.h"
#include "table.h"
#include "training/train.h"

namespace gramstack::tool {
namespace {

struct Options {
  std::string folder, split = "test";
  double min_accuracy = 0;
};

/// Rows are true classes, columns predictions by label.
std::string confusion_text(const Evaluation& evaluation, const std::vector<std::string>& classes) {
  std::vector<std::vector<std::string>> rows = {{"true \\ predicted"}};
  std::vector<std::size_t> right;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    rows.front().push_back(std::to_string(i));
    right.push_back(i + 1);
    std::vector<std::string> row = {fmt::format("{} {}", i, classes[i])};
    for (const std::int64_t count : evaluation.confusion[i]) row.push_back(std::to_string(count));
    rows.push_back(std::move(row));
  }
  return table(rows, right);
}

int act(const Options& options, Context& context) {
  const Pipeline pipeline = recorded_pipeline(options.folder, context);
  TrainedStack stack(pipeline, options.folder);
  const Evaluation evaluation = stack.evaluate(options.split == "train" ? Split::train : Split::test);
  const std::vector<std::string> classes = pipeline.data.dataset->classes();
  if (context.options.json)
    print_json({{"split", options.split},
                {"accuracy", evaluation.accuracy},
                {"classes", classes},
                {"confusion", evaluation.confusion}});
  else
    print(fmt::format("{} accuracy {}\n\n{}", options.split, percent(evaluation.accuracy),
                      confusion_text(evaluation, classes)));
  if (evaluation.accuracy >= options.min_accuracy) return 0;
  fmt::print(stderr, "gramstack: check failed: accuracy {:.6g} is below --min-accuracy {:.6g}\n", evaluation.accuracy,
             options.min_accuracy);
  return static_cast<int>(ExitCode::check);
}

}  // namespace

void add_eval(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("eval", "Measure a trained stack's accuracy and confusion matrix.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FOLDER", options->folder, "run folder")->required()->type_name("");
  verb.add_option("--split", options->split, "images to use: test or train")
      ->capture_default_str()
      ->type_name("SPLIT")
      ->check(CLI::IsMember({"test", "train"}));
  verb.add_option("--min-accuracy", options->min_accuracy, "exit with 10 below this share of right answers")
      ->type_name("0..1")
      ->check(CLI::Range(0.0, 1.0));
}

}  // namespace gramstack::tool
