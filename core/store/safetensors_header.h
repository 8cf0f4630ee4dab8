// The JSON header of a safetensors file, read strictly: known keys, right types, nothing twice.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gramstack {

struct TensorEntry {
  std::string dtype;
  std::vector<std::uint64_t> shape, data_offsets;
};

struct TensorHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, TensorEntry> tensors;
};

/// Throws Error(file) "FILE: ...". Memory grows with the text's length only, whatever it holds.
TensorHeader parse_tensor_header(std::string_view text, const std::string& file);

}  // namespace gramstack
