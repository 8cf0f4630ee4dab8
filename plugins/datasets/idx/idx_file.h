// One file of the idx format: a magic number, big-endian extents, then unsigned bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "files/bytes.h"

namespace gramstack {

struct IdxFile {
  std::filesystem::path path;
  std::vector<std::int64_t> extents;  ///< {count} of labels, {count, height, width} of images
  Bytes bytes;                        ///< header and all

  std::int64_t count() const { return extents.front(); }
  std::span<const std::uint8_t> data() const { return bytes.view().subspan(4 + 4 * extents.size()); }
};

/// Opens `name` (mapped) or `name`.gz (unpacked into memory) of a folder, of the given rank: 1 labels, 3 images.
/// Throws Error(data) naming the file and what was expected of it.
IdxFile read_idx(const std::filesystem::path& folder, const std::string& name, std::size_t rank);

}  // namespace gramstack
