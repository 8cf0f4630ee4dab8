// NumPy's array files (.npy, versions 1 to 3), as far as features and labels need them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "api/tensor.h"

namespace gramstack::tool {

struct RealArray {
  Shape shape;
  std::vector<float> values;  ///< row-major
};

/// Of float32 or float64, C order, little endian. Throws Error(data) naming the file and what is wrong with it; also
/// when a value is not finite, as float32.
RealArray read_real_npy(const std::filesystem::path& file);

/// A list of int32 or int64. Throws likewise.
std::vector<std::int64_t> read_integer_npy(const std::filesystem::path& file);

}  // namespace gramstack::tool
