#include "training/report.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "store/module_file.h"
#include "training/run_folder.h"

namespace gramstack {
namespace {

constexpr std::array<std::pair<Origin, const char*>, 3> kOrigins{
    {{Origin::trained, "trained"}, {Origin::reused, "reused"}, {Origin::given, "given"}}};

/// Reports of older versions do not say: all modules were trained.
Origin origin_of(const nlohmann::json& json) {
  const std::string name = json.value("origin", "trained");
  for (const auto& [origin, text] : kOrigins)
    if (name == text) return origin;
  return Origin::trained;
}

/// JSON has no NaN: null stands for it.
double number(const nlohmann::json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

}  // namespace

const char* name_of(Origin origin) {
  return std::find_if(kOrigins.begin(), kOrigins.end(), [&](const auto& row) { return row.first == origin; })->second;
}

nlohmann::json to_json(const ModuleReport& report) {
  return {{"name", report.name},
          {"origin", name_of(report.origin)},
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
  report.origin = origin_of(json);
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
