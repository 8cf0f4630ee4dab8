#include "recorded.h"

#include <fmt/core.h>

#include <fstream>

namespace gramstack::tool {
namespace {

std::filesystem::path member(const std::filesystem::path& folder, const char* name) {
  const std::filesystem::path file = folder / name;
  std::error_code ignored;
  if (std::filesystem::is_regular_file(file, ignored)) return file;
  throw Error(ExitCode::file, fmt::format("{} is not a run folder: it has no {}", folder.string(), name));
}

}  // namespace

Pipeline recorded_pipeline(const std::filesystem::path& folder, Context& context) {
  return load_pipeline(member(folder, "resolved.yaml"), {}, context.registry());
}

bool recorded_end_to_end(const std::filesystem::path& folder) {
  const std::filesystem::path file = member(folder, "manifest.json");
  std::ifstream stream(file);
  const nlohmann::json manifest = nlohmann::json::parse(stream, nullptr, false);
  if (manifest.is_object() && manifest.contains("end_to_end") && manifest["end_to_end"].is_boolean())
    return manifest["end_to_end"].get<bool>();
  throw Error(ExitCode::file, fmt::format("{} is damaged: it has no true or false 'end_to_end'", file.string()));
}

}  // namespace gramstack::tool
