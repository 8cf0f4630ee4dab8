// The safetensors format: 8 bytes length, a JSON header, the tensors' bytes. Reading is strict: every byte of the file
// must be accounted for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "store/tensors.h"

namespace gramstack {

struct TensorFile {
  std::map<std::string, std::string> metadata;
  TensorMap tensors;
};

inline constexpr std::size_t kLargestHeader = 100'000'000;

/// Deterministic: names sorted, the data aligned to 8 bytes.
std::vector<std::byte> to_safetensors(const TensorFile& file);

/// Throws Error(file) "FILE: ..." with the first defect found. `file` is the name that messages use.
TensorFile from_safetensors(std::span<const std::byte> bytes, const std::string& file);

/// The metadata alone, reading no more of the file than its header. `name`: what messages call it.
std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& file,
                                                             const std::string& name);

}  // namespace gramstack
