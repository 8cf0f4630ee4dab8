// Convolutions as kernels see them.
#pragma once

#include <cstdint>

namespace gramstack::wide {

/// 3x3 filters with padding 1, or 1x1 filters without.
struct Problem {
  std::int64_t images, inputs, outputs;  ///< inputs, outputs: channels
  std::int64_t height, width;            ///< of the source
  std::int64_t stride;

  std::int64_t output_height() const { return (height - 1) / stride + 1; }
  std::int64_t output_width() const { return (width - 1) / stride + 1; }
};

enum class Pass { forward, data_gradient, weight_gradient };

}  // namespace gramstack::wide
