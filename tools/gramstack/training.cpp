#include "training.h"

#include <fmt/core.h>

#include <cmath>

#include "progress.h"
#include "signals.h"
#include "store/files.h"
#include "table.h"
#include "training/manifest.h"
#include "training/report.h"
#include "training/run_folder.h"

namespace gramstack::tool {
namespace {

std::vector<std::string> module_row(const ModuleReport& module) {
  return {module.name,
          short_hash(module.hash),
          module.value_name,
          number(module.training_value),
          number(module.validation_value),
          std::to_string(module.epochs),
          std::to_string(module.best_epoch),
          duration(module.seconds),
          bytes(module.peak_memory)};
}

nlohmann::json module_json(const ModuleReport& module) {
  return {{"name", module.name},
          {"origin", name_of(module.origin)},
          {"hash", module.hash},
          {"file", module.file.string()},
          {"value_name", module.value_name},
          {"training_value", module.training_value},
          {"validation_value", module.validation_value},
          {"epochs", module.epochs},
          {"best_epoch", module.best_epoch},
          {"seconds", module.seconds},
          {"peak_memory", module.peak_memory}};
}

}  // namespace

std::string report_text(const RunReport& report) {
  std::vector<std::vector<std::string>> rows = {
      {"module", "file", "value", "training", "validation", "epochs", "best", "time", "memory"}};
  for (const ModuleReport& module : report.modules) rows.push_back(module_row(module));
  std::string text = table(rows, {3, 4, 5, 6, 7, 8});
  for (const ModuleReport& module : report.modules)
    if (module.origin == Origin::reused)
      text += fmt::format("reused from the store: {}, whose training took {}\n", module.name, duration(module.seconds));
  text += fmt::format("\ntest accuracy        {:>9}\n", percent(report.test_accuracy));
  if (!std::isnan(report.validation_accuracy))
    text += fmt::format("validation accuracy  {:>9}\n", percent(report.validation_accuracy));
  if (report.one_label_accuracy)
    text += fmt::format("one label per class  {:>9}\n", percent(*report.one_label_accuracy));
  return text + fmt::format("training took {}; run folder {}\n", duration(report.seconds), report.folder.string());
}

nlohmann::json report_json(const RunReport& report) {
  nlohmann::json modules = nlohmann::json::array();
  for (const ModuleReport& module : report.modules) modules.push_back(module_json(module));
  nlohmann::json one_label;
  if (report.one_label_accuracy) one_label = *report.one_label_accuracy;
  return {{"test_accuracy", report.test_accuracy}, {"validation_accuracy", report.validation_accuracy},
          {"one_label_accuracy", one_label},       {"seconds", report.seconds},
          {"folder", report.folder.string()},      {"modules", modules}};
}

RunReport train_shown(Context& context, RunOptions options, const std::function<RunReport(const RunOptions&)>& work,
                      const std::string& go_on) {
  try {
    ProgressDisplay display(stderr, ProgressDisplay::style_for(stderr, context.options.quiet));
    const StopSignals signals;
    options.progress = [&display](const Progress& progress) { display.show(progress); };
    options.stop = StopSignals::received();
    options.warn = [](const std::string& warning) { fmt::print(stderr, "warning: {}\n", warning); };
    return work(options);
  } catch (const Error& error) {
    if (error.code() != ExitCode::interrupted && error.code() != ExitCode::terminated) throw;
    throw Error(error.code(), fmt::format("{}\n  {}", error.what(), go_on));
  }
}

RunReport train_or_go_on(Context& context, const Pipeline& pipeline, const RunOptions& options) {
  const auto work = [&](const RunOptions& filled) {
    if (!std::filesystem::exists(options.folder / "resolved.yaml")) return run(pipeline, filled);
    const std::filesystem::path manifest = options.folder / "manifest.json";
    RunFolder::open(options.folder).check_same(pipeline, identity_of(read_text(manifest), manifest.string()));
    return resume(pipeline, filled);
  };
  return train_shown(context, options, work, "the same command goes on");
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(ExitCode::resource, fmt::format("cannot make {}: {}", folder.string(), error.message()));
}

void train(Context& context, RunOptions options, const std::function<RunReport(const RunOptions&)>& work) {
  const RunReport report =
      train_shown(context, options, work, "go on with: gramstack resume " + options.folder.string());
  if (context.options.json)
    print_json(report_json(report));
  else
    print(report_text(report));
}

}  // namespace gramstack::tool
