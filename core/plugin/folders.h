// Folders that the environment names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace gramstack {

/// The colon-separated entries of a variable, empty ones left out; none when it is not set or the program runs with
/// raised privileges.
std::vector<std::string> environment_list(const char* variable);

/// An XDG base folder: the variable's value when that is absolute, otherwise `fallback` below the user's home; empty
/// when there is neither.
std::filesystem::path user_folder(const char* variable, const char* fallback);

}  // namespace gramstack
