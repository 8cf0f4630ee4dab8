#include "training/checkpoint.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "api/error.h"
#include "store/files.h"
#include "store/safetensors.h"
#include "store/sha256.h"
#include "training/report.h"

namespace gramstack {
namespace {

constexpr const char* kFormat = "gramstack checkpoint 1";
constexpr std::string_view kCurrent = "current/", kBest = "best/";

template <class T>
nlohmann::json optional_json(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

std::optional<double> optional_number(const nlohmann::json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

std::string progress_text(const TrainingState& state) {
  nlohmann::json json{{"segment", state.segment},
                      {"epoch", state.epoch},
                      {"step", state.step},
                      {"loss_sum", state.loss_sum},
                      {"images", state.images},
                      {"best_value", optional_json(state.best_value)},
                      {"best_epoch", state.best_epoch},
                      {"segment_seconds", state.segment_seconds},
                      {"seconds", state.seconds},
                      {"metrics_length", state.metrics_length},
                      {"segment_metrics", state.segment_metrics},
                      {"validation_accuracy", optional_json(state.validation_accuracy)},
                      {"finished", nlohmann::json::array()}};
  for (const ModuleReport& report : state.finished) json["finished"].push_back(to_json(report));
  return json.dump();
}

TrainingState state_of(const nlohmann::json& json, const std::filesystem::path& run_folder) {
  TrainingState state;
  json.at("segment").get_to(state.segment);
  json.at("epoch").get_to(state.epoch);
  json.at("step").get_to(state.step);
  json.at("loss_sum").get_to(state.loss_sum);
  json.at("images").get_to(state.images);
  state.best_value = optional_number(json.at("best_value"));
  json.at("best_epoch").get_to(state.best_epoch);
  json.at("segment_seconds").get_to(state.segment_seconds);
  json.at("seconds").get_to(state.seconds);
  json.at("metrics_length").get_to(state.metrics_length);
  state.segment_metrics = json.value("segment_metrics", std::uint64_t{0});
  state.validation_accuracy = optional_number(json.at("validation_accuracy"));
  for (const nlohmann::json& report : json.at("finished"))
    state.finished.push_back(module_report_of(report, run_folder));
  return state;
}

/// Over the progress and all tensors with their names: a flipped bit anywhere is found.
std::string digest(const std::string& progress, const TensorMap& tensors) {
  Sha256 hash;
  hash.add(progress);
  for (const auto& [name, tensor] : tensors) {
    hash.add(name + to_string(tensor.type));
    hash.add(tensor.bytes);
  }
  return hash.finish();
}

TensorMap below(TensorMap& tensors, std::string_view prefix) {
  TensorMap result;
  for (auto& [name, tensor] : tensors)
    if (name.starts_with(prefix)) result.emplace(name.substr(prefix.size()), std::move(tensor));
  return result;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const TrainingState& state) {
  TensorFile content;
  for (const auto& [name, tensor] : state.current) content.tensors.emplace(std::string(kCurrent) + name, tensor);
  for (const auto& [name, tensor] : state.best) content.tensors.emplace(std::string(kBest) + name, tensor);
  const std::string progress = progress_text(state);
  content.metadata = {{"format", kFormat}, {"progress", progress}, {"sha256", digest(progress, content.tensors)}};
  write_atomically(file, to_safetensors(content));
}

TrainingState load_checkpoint(const std::filesystem::path& file, const std::filesystem::path& run_folder) {
  const std::string place = "checkpoint " + file.string();
  TensorFile content = from_safetensors(read_file(file), place);
  if (content.metadata["format"] != kFormat)
    throw Error(ExitCode::file, fmt::format("{}: its format is '{}', this version of Gramstack reads '{}'", place,
                                            content.metadata["format"], kFormat));
  if (digest(content.metadata["progress"], content.tensors) != content.metadata["sha256"])
    throw Error(ExitCode::file,
                fmt::format("{}: its content does not have the SHA-256 that it says: it was damaged", place));
  try {
    TrainingState state = state_of(nlohmann::json::parse(content.metadata["progress"]), run_folder);
    state.current = below(content.tensors, kCurrent);
    state.best = below(content.tensors, kBest);
    return state;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ExitCode::file, fmt::format("{}: its progress entry is not as expected: {}", place, error.what()));
  }
}

}  // namespace gramstack
