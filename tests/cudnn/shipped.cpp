#include "shipped.h"

#include <algorithm>

#include "api/error.h"
#include "compiler/compile.h"
#include "pipeline/pipeline.h"
#include "process.h"
#include "support/component.h"
#include "tiny.h"
#include "training/train.h"

namespace gramstack::test {
namespace {

std::vector<std::filesystem::path> pipelines() {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = std::filesystem::path(GRAMSTACK_TEST_SOURCE) / "pipelines";
  for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Steps are those of a device that keeps the examples.
class KeepingDevice final : public Device {
 public:
  std::string describe() const override { return "a device that keeps the examples"; }
  std::string declines(const Graph& graph, const Node& node) const override { return cudnn::declines(graph, node); }
  std::unique_ptr<Plan> compile(const Graph&, const CompileOptions&) override { return nullptr; }
  bool keeps(const TensorType&) const override { return true; }
};

std::vector<ShippedStep> make_steps() {
  const TemporaryFolder folder;
  write_idx(folder.path() / "mnist", 28, 10, 4200);  // kernel-network has 4000 centers
  write_idx(folder.path() / "fashion-mnist", 28, 10, 1200);
  write_cifar(folder.path() / "cifar-10-batches-bin");
  const Registry registry(SearchPaths{{GRAMSTACK_TEST_PLUGINS}, {folder.path()}});
  std::vector<ShippedStep> steps;
  for (const std::filesystem::path& file : pipelines()) {
    Pipeline pipeline = load_pipeline(file, {"data.validation=20"}, registry);
    pipeline.device = std::make_shared<KeepingDevice>();
    const std::string name = file.stem().string() + "-";
    for (const ModuleSpec& module : pipeline.stack)
      steps.push_back({name + module.name, step_graph(pipeline, module.name, false)});
    try {
      steps.push_back({name + "end-to-end", step_graph(pipeline, pipeline.stack.back().name, true)});
    } catch (const Error& error) {  // a kernel's fixed centres are outputs of a module that is frozen
      if (error.code() != ExitCode::configuration) throw;
    }
  }
  return steps;
}

}  // namespace

const std::vector<ShippedStep>& shipped_steps() {
  static const std::vector<ShippedStep> steps = make_steps();
  return steps;
}

}  // namespace gramstack::test
