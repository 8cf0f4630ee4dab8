// Named tensors in host memory.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "api/tensor.h"

namespace gramstack {

struct HostTensor {
  TensorType type;
  std::vector<std::byte> bytes;  ///< row-major
  bool operator==(const HostTensor&) const = default;
};

using TensorMap = std::map<std::string, HostTensor>;

}  // namespace gramstack
