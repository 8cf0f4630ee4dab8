// Whether a plugin file can be trusted: code that others can replace is not loaded.
#pragma once

#include <filesystem>
#include <string>

namespace gramstack {

/// Why a file or folder is refused, "" when it is not: it belongs to somebody other than root, this user and the owner
/// of this library, or everybody or a foreign group may write it. REQUIRES: it exists.
std::string trust_fault(const std::filesystem::path& path);

}  // namespace gramstack
