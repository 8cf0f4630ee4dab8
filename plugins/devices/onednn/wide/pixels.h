// Pixels of nChw8c tensors, some at a time, as the rows of a matrix.
#pragma once

#include <algorithm>
#include <cstdint>

#include "vector.h"

namespace gramstack {
namespace {

/// Every `stride`-th pixel of a tensor [image][channels/8][height][width][8], rows x columns of them an image, numbered
/// through all images.
struct Pixels {
  std::int64_t channels, height, width, stride, rows, columns;

  std::int64_t plane() const { return height * width * 8; }
  std::int64_t planes() const { return channels / 8; }
  std::int64_t of_image() const { return rows * columns; }
  /// Those that follow each other in memory, but for the stride.
  std::int64_t of_line() const { return stride == 1 ? of_image() : columns; }
  /// Where the first channels of one are.
  std::int64_t at(std::int64_t pixel) const {
    const std::int64_t place = pixel % of_image();
    return pixel / of_image() * planes() * plane() + (place / columns * width + place % columns) * stride * 8;
  }
};

/// `count` pixels from `first` on.
struct Stretch {
  std::int64_t first, count;
  std::int64_t end() const { return first + count; }
};

/// visit(part, p.at(part.first)) for the parts of `all` that neither leave a line nor go beyond a multiple of `unit`,
/// counted from the first pixel.
template <class Visit>
void for_each_part(const Pixels& p, const Stretch& all, std::int64_t unit, Visit&& visit) {
  for (Stretch part{all.first, 0}; part.first < all.end(); part.first += part.count) {
    part.count = std::min(
        {all.end() - part.first, p.of_line() - part.first % p.of_line(), unit - (part.first - all.first) % unit});
    visit(part, p.at(part.first));
  }
}

inline void copy_eight(const float* from, float* to) { _mm256_storeu_ps(to, _mm256_loadu_ps(from)); }

/// All channels of the pixels as [count/unit][channels/(8 kPlanes)][unit][kPlanes][8]; the last unit may be smaller.
template <int kPlanes>
void gather(const Pixels& p, const Stretch& all, std::int64_t unit, const float* tensor, float* to) {
  for_each_part(p, all, unit, [&](const Stretch& part, std::int64_t place) {
    const std::int64_t begin = (part.first - all.first) / unit * unit, size = std::min(unit, all.count - begin);
    const float* from = tensor + place;
    float* out = to + begin * p.channels + (part.first - all.first - begin) * kPlanes * 8;
    for (std::int64_t c = 0; c < p.planes(); c += kPlanes, from += kPlanes * p.plane(), out += kPlanes * size * 8)
      for (std::int64_t i = 0; i < part.count; ++i)
        for (int k = 0; k < kPlanes; ++k)
          copy_eight(from + k * p.plane() + i * p.stride * 8, out + (i * kPlanes + k) * 8);
  });
}

/// Eight channels of a part of a line from every second of `pixels`' blocks of eight, past the caches where it has no
/// gaps; pixels beside and below those that are seen become zero. `to`: the first one's place.
inline void put_part(const Pixels& p, const Stretch& part, const float* pixels, float* to) {
  if (p.stride == 1) {
    for (std::int64_t i = 0; i < part.count; ++i) _mm256_stream_ps(to + i * 8, _mm256_loadu_ps(pixels + i * 16));
    return;
  }
  const std::int64_t row = part.first % p.of_image() / p.columns * p.stride, column = part.first % p.columns * p.stride;
  const std::int64_t width = std::min(part.count * p.stride, p.width - column) * 8;
  for (std::int64_t i = 0; i < part.count; ++i) {
    copy_eight(pixels + i * 16, to + i * p.stride * 8);
    std::fill(to + (i * p.stride + 1) * 8, to + std::min((i + 1) * p.stride * 8, width), 0.0F);
  }
  for (std::int64_t below = 1; below < std::min(p.stride, p.height - row); ++below)
    std::fill_n(to + below * p.width * 8, width, 0.0F);
}

/// Sixteen channels from `channel` on of the pixels, [count][16], back to their places; what is not seen becomes zero.
inline void scatter(const Pixels& p, const Stretch& all, const float* pixels, std::int64_t channel, float* tensor) {
  for_each_part(p, all, all.count, [&](const Stretch& part, std::int64_t place) {
    for (std::int64_t half = 0; half < 2; ++half)
      put_part(p, part, pixels + (part.first - all.first) * 16 + half * 8,
               tensor + place + (channel / 8 + half) * p.plane());
  });
}

/// The memory of some pixels in pieces, so that it can be fetched while something else is computed: a plane's, or a
/// row's where there are gaps between them; all planes' where they are whole images. A hint: of several images of which
/// not all pixels are asked for some may be left out.
class Pieces {
 public:
  Pieces(const Pixels& p, const Stretch& all, const float* tensor) {
    if (all.count == 0) return;
    const std::int64_t images = std::max<std::int64_t>(1, all.count / p.of_image());
    const bool gaps = p.stride > 1, dense = !gaps && images > 1;
    plane_ = tensor + p.at(all.first);
    planes_ = dense ? p.planes() : p.planes() * images;
    apart_ = dense ? all.count * 8 : p.plane();
    rows_ = gaps ? std::min((all.count + p.columns - 1) / p.columns, p.rows) : 1;
    row_apart_ = p.stride * p.width * 8;
    row_lines_ = gaps ? (p.columns * p.stride + 1) / 2 : 0;
  }

  /// nullptr: there are no more.
  const float* next() {
    if (planes_ == 0) return nullptr;
    const float* const piece = plane_ + row_ * row_apart_;
    if (++row_ < rows_) return piece;
    row_ = 0;
    plane_ += apart_;
    --planes_;
    return piece;
  }

  /// Fetches a piece that is a row; nullptr: it did. Longer ones are left to who computes.
  const float* next_long() {
    const float* const piece = next();
    if (!piece || row_lines_ == 0) return piece;
    for (std::int64_t line = 0; line < row_lines_; ++line)
      _mm_prefetch(reinterpret_cast<const char*>(piece + line * 16), _MM_HINT_T1);
    return nullptr;
  }

 private:
  const float* plane_ = nullptr;
  std::int64_t planes_ = 0, apart_ = 0, rows_ = 1, row_apart_ = 0, row_ = 0, row_lines_ = 0;
};

}  // namespace
}  // namespace gramstack
