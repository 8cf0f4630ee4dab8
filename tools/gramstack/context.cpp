#include "context.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

namespace gramstack::tool {

const Registry& Context::registry() {
  if (registry_) return *registry_;
  // Data may be named from the working directory; code may not, and search_paths refuses that.
  std::vector<std::string> data;
  for (const std::string& folder : options.data_path) data.push_back(std::filesystem::absolute(folder).string());
  registry_ = std::make_unique<Registry>(search_paths(options.plugin_path, data, options.store));
  return *registry_;
}

std::filesystem::path Context::store() const {
  const std::filesystem::path folder = search_paths({}, {}, options.store).store;
  if (folder.empty())
    throw Error(ExitCode::usage, "there is no module store: give --store FOLDER, or set GRAMSTACK_STORE or HOME");
  return folder;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_json(const nlohmann::json& value) {
  print(value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void note(const Context& context, std::string_view text) {
  if (!context.options.quiet) fmt::print(stderr, "{}\n", text);
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(separator)) + word;
  return text;
}

}  // namespace gramstack::tool
