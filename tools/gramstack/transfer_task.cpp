#include "transfer_task.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "components.h"
#include "training/features.h"
#include "training/inference.h"
#include "training/parameters.h"
#include "training/run_folder.h"
#include "training/step_runner.h"
#include "training/training_feed.h"

namespace gramstack::tool {
namespace {

namespace fs = std::filesystem;

ModuleSource module_of_run(const fs::path& folder) {
  const RunReport report = read_report(folder);
  for (std::size_t m = report.modules.size(); m-- > 0;)
    if (report.modules[m].value_name == "objective")
      return {folder.filename().empty() ? folder.parent_path().filename().string() : folder.filename().string(),
              report.modules[m].file.parent_path(), report.modules[m].hash};
  throw Error(ExitCode::file, fmt::format("{}: the run has no hidden module", folder.string()));
}

/// The frozen modules under the task's output module, ready to train that.
class OutputTraining {
 public:
  OutputTraining(const Pipeline& task, const StoredStack& module)
      : pipeline_(with_output(task, module)),
        prepared_{
            make_network(pipeline_, {module.network().mean, module.network().deviation}, RunOptions().feature_memory),
            partition_of(pipeline_),
            {}},
        top_{network().size() - 1, network().size() - 1},
        values_(module.parameters()) {}

  double test_accuracy() {
    train();
    const Examples test = all_examples(network(), Split::test);
    if (test.size() == 0) throw Error(ExitCode::data, "the task's data set has no test images to validate on");
    Feed feed = evaluation_feed(network(), top_, test, values_, {});
    BlockEvaluator evaluator(network(), {feed.source(), top_.first, top_.last}, feed,
                             stratified_blocks(test.labels(), kBlockSize));
    return evaluator.measure(values_, {}).accuracy();
  }

 private:
  static Pipeline with_output(const Pipeline& task, const StoredStack& module) {
    Pipeline pipeline = task;
    pipeline.stack = module.network().pipeline->stack;
    pipeline.stack.push_back(task.stack.back());
    pipeline.data.augment = {};
    return pipeline;
  }

  const Network& network() const { return prepared_.network; }

  void train() {
    Feed feed = training_feed(prepared_, top_, values_, {});
    const Examples examples = feed.examples();
    StepRunner runner(network(), top_, std::move(feed), examples.size());
    values_ = runner.train(std::move(values_), examples, {});
  }

  Pipeline pipeline_;
  Preparation prepared_;
  Segment top_;
  TensorMap values_;
};

}  // namespace

ModuleSource find_module(const std::string& word, const Context& context) {
  std::error_code ignored;
  if (fs::is_directory(word, ignored)) return module_of_run(word);
  if (fs::is_regular_file(word, ignored)) {
    const fs::path file = fs::absolute(word);
    return {short_hash(file.stem().string()), file.parent_path(), file.stem().string()};
  }
  const std::string hash = ModuleStore(context.store()).find(word);
  return {short_hash(hash), context.store(), hash};
}

std::vector<ModuleSource> all_modules(const Context& context) {
  std::vector<ModuleSource> sources;
  for (const StoredModule& stored : ModuleStore(context.store()).list())
    if (stored.defect.empty() && stored.module.hidden)
      sources.push_back({short_hash(stored.hash), context.store(), stored.hash});
  if (sources.empty())
    throw Error(ExitCode::file, fmt::format("the module store {} has no hidden module; name some with --modules",
                                            context.store().string()));
  return sources;
}

TransferTask::TransferTask(const Pipeline& pipeline, std::vector<analysis::NamedLoss> losses, std::int64_t images,
                           const Registry& registry)
    : pipeline_(pipeline), losses_(std::move(losses)), images_(images), registry_(registry) {}

std::unique_ptr<StoredStack> TransferTask::open(const ModuleSource& source) const {
  return std::make_unique<StoredStack>(ModuleStore(source.store), source.hash, pipeline_.data, pipeline_.device,
                                       registry_);
}

std::vector<analysis::Estimate> TransferTask::estimate(StoredStack& module) const {
  const Network& network = module.network();
  const Indices training = partition_of(pipeline_).training;
  const std::int64_t classes = static_cast<std::int64_t>(network.classes.size());
  const Examples examples =
      examples_per_class(network, Split::train, training, std::max<std::int64_t>(2, images_ / classes), pipeline_.seed);
  const FeatureTable table = module.outputs(examples);
  const analysis::Outputs outputs{table.rows, network.shapes.back().output, examples.labels()};
  return analysis::estimate(*pipeline_.device, *network.module(network.size() - 1).kernel, losses_, outputs, classes,
                            pipeline_.seed);
}

double TransferTask::train_output(const StoredStack& module) const {
  return OutputTraining(pipeline_, module).test_accuracy();
}

}  // namespace gramstack::tool
