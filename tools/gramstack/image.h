// Image files: PNG, JPEG, PGM and PPM.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "api/dataset.h"

namespace gramstack::tool {

/// The image as planes [c][h][w] of `format`; grey and colour are converted into each other, transparency is dropped.
/// Throws Error(data) when the file cannot be read or is of another size.
std::vector<std::uint8_t> read_image(const std::filesystem::path& file, const ImageFormat& format);

}  // namespace gramstack::tool
