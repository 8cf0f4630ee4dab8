// Windows that slide over images: where element (row, column) of a window falls in the image, or beside it.
#pragma once

#include <cstdint>

#include "ops/ops.h"

namespace gramstack::reference {

struct SlidingWindow {
  std::int64_t size, stride, padding;

  /// The image row (or column) under element `offset` of the window at output row (or column) `position`.
  std::int64_t under(std::int64_t position, std::int64_t offset) const { return position * stride + offset - padding; }
};

inline bool inside(std::int64_t index, std::int64_t extent) { return index >= 0 && index < extent; }

/// Calls visit(y, x, row, column) for every element (row, column) of the window at output place (out_y, out_x) that
/// falls on pixel (y, x) of the image, in row-major order.
template <class Visit>
void for_each_pixel(const SlidingWindow& window, const Shape& image, std::int64_t out_y, std::int64_t out_x,
                    const Visit& visit) {
  for (std::int64_t row = 0; row < window.size; ++row)
    for (std::int64_t column = 0; column < window.size; ++column) {
      const std::int64_t y = window.under(out_y, row);
      const std::int64_t x = window.under(out_x, column);
      if (inside(y, image[2]) && inside(x, image[3])) visit(y, x, row, column);
    }
}

/// Calls visit(image, channel, y, x) for every element of a tensor [n, channels, height, width].
template <class Visit>
void for_each_place(const Shape& shape, const Visit& visit) {
  for (std::int64_t image = 0; image < shape[0]; ++image)
    for (std::int64_t channel = 0; channel < shape[1]; ++channel)
      for (std::int64_t y = 0; y < shape[2]; ++y)
        for (std::int64_t x = 0; x < shape[3]; ++x) visit(image, channel, y, x);
}

}  // namespace gramstack::reference
