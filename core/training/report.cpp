#include "training/report.h"

#include <limits>

#include "store/module_file.h"
#include "training/run_folder.h"

namespace gramstack {
namespace {

/// JSON has no NaN: null stands for it.
double number(const nlohmann::json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

}  // namespace

nlohmann::json to_json(const ModuleReport& report) {
  return {{"name", report.name},
          {"hash", report.hash},
          {"value_name", report.value_name},
          {"training_value", report.training_value},
          {"validation_value", report.validation_value},
          {"epochs", report.epochs},
          {"best_epoch", report.best_epoch},
          {"seconds", report.seconds},
          {"peak_memory", report.peak_memory}};
}

nlohmann::json to_json(const RunReport& report) {
  nlohmann::json json{{"test_accuracy", report.test_accuracy},
                      {"validation_accuracy", report.validation_accuracy},
                      {"one_label_accuracy", nullptr},
                      {"seconds", report.seconds},
                      {"modules", nlohmann::json::array()}};
  if (report.one_label_accuracy) json["one_label_accuracy"] = *report.one_label_accuracy;
  for (const ModuleReport& module : report.modules) json["modules"].push_back(to_json(module));
  return json;
}

ModuleReport module_report_of(const nlohmann::json& json, const std::filesystem::path& folder) {
  ModuleReport report;
  report.name = json.at("name").get<std::string>();
  report.hash = json.at("hash").get<std::string>();
  report.file = module_path(folder / RunFolder::kModules, report.hash);
  report.value_name = json.at("value_name").get<std::string>();
  report.training_value = number(json.at("training_value"));
  report.validation_value = number(json.at("validation_value"));
  report.epochs = json.at("epochs").get<std::int64_t>();
  report.best_epoch = json.at("best_epoch").get<std::int64_t>();
  report.seconds = number(json.at("seconds"));
  report.peak_memory = json.at("peak_memory").get<std::size_t>();
  return report;
}

RunReport run_report_of(const nlohmann::json& json, const std::filesystem::path& folder) {
  RunReport report;
  report.test_accuracy = number(json.at("test_accuracy"));
  report.validation_accuracy = number(json.at("validation_accuracy"));
  if (!json.at("one_label_accuracy").is_null()) report.one_label_accuracy = number(json.at("one_label_accuracy"));
  report.seconds = number(json.at("seconds"));
  for (const nlohmann::json& module : json.at("modules")) report.modules.push_back(module_report_of(module, folder));
  report.folder = folder;
  return report;
}

}  // namespace gramstack
