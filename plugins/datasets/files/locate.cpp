#include "files/locate.h"

#include <fmt/format.h>

namespace gramstack {
namespace {

namespace fs = std::filesystem;

void check_name(const std::string& name) {
  if (name == "." || name == ".." || name.find('/') != std::string::npos)
    throw BadParameter("name", fmt::format("'{}' is not the name of a folder within a data folder; use path", name));
}

fs::path existing(const fs::path& path) {
  if (!fs::exists(path)) throw Error(ExitCode::data, fmt::format("{}: no such file or folder", path.string()));
  return path;
}

[[noreturn]] void not_found(const std::vector<std::string>& names, const std::vector<fs::path>& folders) {
  std::vector<std::string> searched;
  for (const fs::path& folder : folders) searched.push_back(folder.string());
  throw Error(ExitCode::data,
              fmt::format("no data set {} found; {}; set path, --data-path or GRAMSTACK_DATA", fmt::join(names, " or "),
                          searched.empty() ? "there is no data folder to search" : "searched " + listed(searched)));
}

}  // namespace

fs::path locate(const Arguments& args, const std::vector<std::string>& names) {
  const std::string name = args.text("name"), path = args.text("path");
  if (!name.empty() && !path.empty()) throw BadParameter("path", "give name or path, not both");
  if (!path.empty()) return existing(path);
  if (name.empty() && names.empty()) throw BadParameter("name", "give the data set's name, or its path");
  check_name(name);
  const std::vector<std::string> wanted = name.empty() ? names : std::vector<std::string>{name};
  const std::vector<fs::path> folders = args.data_folders();
  for (const fs::path& folder : folders)
    for (const std::string& entry : wanted)
      if (fs::exists(folder / entry)) return folder / entry;
  not_found(wanted, folders);
}

std::string listed(const std::vector<std::string>& items) {
  if (items.size() < 2) return items.empty() ? "" : items.front();
  return fmt::format("{} and {}", fmt::join(items.begin(), items.end() - 1, ", "), items.back());
}

}  // namespace gramstack
