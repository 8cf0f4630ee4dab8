// Reads gzip files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace gramstack {

/// The first `limit` bytes of what the file unpacks to, or all of them when it is shorter.
/// Throws Error(data) naming the file when it is not gzip, is damaged, or ends early.
std::vector<std::uint8_t> gunzip(const std::filesystem::path& file, std::size_t limit);

}  // namespace gramstack
