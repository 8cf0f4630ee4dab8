// Writes arrays in NumPy's .npy format, version 1.0.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "api/tensor.h"

namespace gramstack::test {

/// `bytes` are the tensor's elements, row-major. Throws std::runtime_error when the file cannot be written.
void write_npy(const std::filesystem::path& file, const TensorType& type, std::span<const std::byte> bytes);

}  // namespace gramstack::test
