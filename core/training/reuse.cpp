#include "training/reuse.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <utility>

#include "store/sha256.h"
#include "training/libraries.h"
#include "training/report.h"

namespace gramstack {
namespace {

std::string fingerprint_of(const std::string& recipe) { return sha256(std::as_bytes(std::span(recipe))); }

/// The components that take part in training a segment, and the core.
std::string libraries_of(const Pipeline& pipeline, const Segment& segment) {
  LibraryFiles libraries;
  libraries.add_core();
  libraries.add(pipeline.device);
  libraries.add(pipeline.data.dataset);
  if (segment.first > 0) libraries.add(pipeline.stack[segment.first - 1].kernel);
  for (std::size_t m = segment.first; m <= segment.last; ++m) libraries.add_module(pipeline.stack[m]);
  std::vector<std::string> hashes;
  for (const std::string& file : libraries.files()) hashes.push_back(sha256_of_file(file));
  std::sort(hashes.begin(), hashes.end());
  return fmt::format("{}", fmt::join(hashes, " "));
}

std::string data_text(const DataSpec& data) {
  return fmt::format("validation: {}\ncrop: {}\nflip: {}\nmean: {}\ndeviation: {}\n{}", data.validation,
                     data.augment.crop_padding, static_cast<int>(data.augment.flip), fmt::join(data.mean, " "),
                     fmt::join(data.deviation, " "), data.resolved);
}

nlohmann::json to_json(const std::string& recipe, const TrainedSegment& segment) {
  nlohmann::json modules = nlohmann::json::array(), reports = nlohmann::json::array();
  for (const ModuleReport& report : segment.modules) {
    modules.push_back(report.hash);
    reports.push_back(to_json(report));
  }
  nlohmann::json accuracy;
  if (segment.validation_accuracy) accuracy = *segment.validation_accuracy;
  return {{"recipe", recipe},
          {"modules", modules},
          {"reports", reports},
          {"metrics", segment.metrics},
          {"validation_accuracy", accuracy}};
}

TrainedSegment segment_of(const nlohmann::json& json, const ModuleStore& store) {
  TrainedSegment segment;
  for (const nlohmann::json& report : json.at("reports")) {
    segment.modules.push_back(module_report_of(report, {}));
    segment.modules.back().file = store.file(segment.modules.back().hash);
  }
  segment.metrics = json.at("metrics").get<std::string>();
  if (!json.at("validation_accuracy").is_null()) segment.validation_accuracy = json.at("validation_accuracy");
  return segment;
}

/// Nothing when the store does not know the recipe or cannot give its modules; then a warning where one is damaged.
std::optional<TrainedSegment> look_up(const ModuleStore& store, const std::string& recipe, std::size_t modules,
                                      std::vector<std::string>& warnings) {
  const std::optional<std::string> text = store.recipe(fingerprint_of(recipe));
  if (!text) return std::nullopt;
  try {
    const nlohmann::json json = nlohmann::json::parse(*text);
    if (json.at("recipe").get<std::string>() != recipe) return std::nullopt;
    TrainedSegment segment = segment_of(json, store);
    if (segment.modules.size() != modules) return std::nullopt;
    for (const ModuleReport& report : segment.modules) {
      if (!store.contains(report.hash)) return std::nullopt;
      const std::string defect = store.defect(report.hash);
      if (defect.empty()) continue;
      warnings.push_back(fmt::format("{}; module '{}' is trained anew", defect, report.name));
      return std::nullopt;
    }
    return segment;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;  // Written by another version or damaged: as good as unknown, and replaced after training.
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The number of lines that differ, and the first of them; another than that of libraries where there is one.
struct Difference {
  std::size_t count = std::numeric_limits<std::size_t>::max();
  std::string then, now;
};

Difference difference(const std::vector<std::string>& then, const std::vector<std::string>& now) {
  Difference result{0, "", ""};
  for (std::size_t i = 0; i < std::max(then.size(), now.size()); ++i) {
    const std::string a = i < then.size() ? then[i] : "", b = i < now.size() ? now[i] : "";
    if (a == b) continue;
    if (result.count++ > 0 && !result.now.starts_with("libraries:")) continue;
    result.then = a;
    result.now = b;
  }
  return result;
}

std::string trimmed(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  return begin == std::string::npos ? "nothing" : line.substr(begin);
}

}  // namespace

std::string recipe_text(const Preparation& preparation, const Segment& segment, const RunIdentity& identity,
                        const std::vector<std::string>& below) {
  const Pipeline& pipeline = *preparation.network.pipeline;
  std::string text =
      fmt::format("gramstack recipe 1\ntraining: {}\nseed: {}\ndevice: {}\nfeature memory: {}\nlibraries: {}\n",
                  identity.end_to_end ? "end to end"
                  : segment.together  ? "together"
                                      : "module by module",
                  identity.seed, identity.device, identity.feature_memory, libraries_of(pipeline, segment));
  text += fmt::format("data: {}\n{}", identity.data, data_text(pipeline.data));
  text += fmt::format("modules below: {}\n", fmt::join(below, " "));
  if (preparation.network.is_output(segment.last))
    text += fmt::format("views: {} {}\n", pipeline.views.mirror, pipeline.views.shift);
  for (std::size_t m = segment.first; m <= segment.last; ++m)
    text += fmt::format("{} module:\n{}", preparation.network.is_output(m) ? "output" : "hidden",
                        pipeline.stack[m].resolved);
  return text;
}

Reuse find_reusable(const Preparation& preparation, const RunIdentity& identity, const ModuleStore& store,
                    std::vector<std::string> below) {
  Reuse reuse;
  for (const Segment& segment : preparation.segments) {
    const std::string recipe = recipe_text(preparation, segment, identity, below);
    std::optional<TrainedSegment> found = look_up(store, recipe, segment.last - segment.first + 1, reuse.warnings);
    if (!found) break;
    for (const ModuleReport& report : found->modules) below.push_back(report.hash);
    reuse.segments.push_back(std::move(*found));
  }
  return reuse;
}

std::string missing_reason(const ModuleStore& store, const std::string& recipe, const std::string& module) {
  const std::vector<std::string> now = lines_of(recipe);
  Difference nearest;
  for (const std::string& text : store.recipes()) {
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("recipe") || !json["recipe"].is_string()) continue;
    const std::vector<std::string> then = lines_of(json["recipe"].get<std::string>());
    if (std::find(then.begin(), then.end(), "module: " + module) == then.end()) continue;
    const Difference found = difference(then, now);
    if (found.count > 0 && found.count < nearest.count) nearest = found;
  }
  if (nearest.count == std::numeric_limits<std::size_t>::max()) return "the store has no module of this name";
  if (nearest.now.starts_with("libraries:")) return "the program or its plugins have changed";
  if (nearest.now.starts_with("modules below:")) return "the modules below have changed";
  if (nearest.now.starts_with("data:")) return "the data have changed";
  return fmt::format("'{}' then, '{}' now", trimmed(nearest.then), trimmed(nearest.now));
}

void store_segment(ModuleStore& store, const std::string& recipe, const TrainedSegment& segment,
                   const ModuleNote& note) {
  for (const ModuleReport& report : segment.modules) store.put(report.file, note);
  store.put_recipe(fingerprint_of(recipe), to_json(recipe, segment).dump(2) + "\n");
}

}  // namespace gramstack
