// Pixels of nChw8c tensors, some at a time, as the rows of a matrix.
#pragma once

#include <algorithm>
#include <cstdint>

#include "vector.h"

namespace gramstack {
namespace {

/// Every `stride`-th pixel of a tensor [image][channels/8][height][width][8], `rows` x `columns` of them an image.
struct Pixels {
  std::int64_t channels, height, width, stride, rows, columns;

  std::int64_t plane() const { return height * width * 8; }
  std::int64_t planes() const { return channels / 8; }
};

/// Some whole images, or some rows of pixels of one image.
struct Piece {
  std::int64_t image, images, row, rows;
};

/// The pieces of `images` images of rows x columns pixels: about `kPixels` pixels each, that are worked on at a time.
struct Pieces {
  static constexpr std::int64_t kPixels = 256;
  std::int64_t images, rows, together, height, pixels;  ///< of a piece at most: images together, rows, pixels
  std::int64_t per_image, count;

  Pieces(std::int64_t all, std::int64_t image_rows, std::int64_t columns)
      : images(all),
        rows(image_rows),
        together(std::clamp<std::int64_t>(kPixels / (rows * columns), 1, images)),
        height(std::clamp<std::int64_t>(kPixels / columns, 1, rows)),
        pixels(together * height * columns),
        per_image((rows + height - 1) / height),
        count(per_image * ((images + together - 1) / together)) {}

  Piece operator[](std::int64_t i) const {
    const std::int64_t image = i / per_image * together, row = i % per_image * height;
    return {image, std::min(together, images - image), row, std::min(height, rows - row)};
  }
};

inline void copy_eight(const float* from, float* to) { _mm256_storeu_ps(to, _mm256_loadu_ps(from)); }

/// Channels of the piece's pixels as [channels/(8 kPlanes)][pixels][kPlanes][8].
template <int kPlanes>
void gather(const Pixels& p, const Piece& piece, const float* tensor, float* to) {
  for (std::int64_t c = 0; c < p.planes(); c += kPlanes)
    for (std::int64_t n = piece.image; n < piece.image + piece.images; ++n)
      for (std::int64_t y = piece.row; y < piece.row + piece.rows; ++y) {
        const float* from = tensor + (n * p.planes() + c) * p.plane() + y * p.stride * p.width * 8;
        for (std::int64_t x = 0; x < p.columns; ++x, from += p.stride * 8)
          for (int i = 0; i < kPlanes; ++i, to += 8) copy_eight(from + i * p.plane(), to);
      }
}

/// A row of the tensor from every second of `pixels`' blocks of eight, past the caches where it has no gaps; the pixels
/// between those that are seen become zero.
inline void put_row(const Pixels& p, const float* pixels, float* to) {
  if (p.stride == 1) {
    for (std::int64_t x = 0; x < p.columns; ++x) _mm256_stream_ps(to + x * 8, _mm256_loadu_ps(pixels + x * 16));
    return;
  }
  for (std::int64_t x = 0; x < p.columns; ++x) {
    copy_eight(pixels + x * 16, to + x * p.stride * 8);
    const std::int64_t end = std::min((x + 1) * p.stride, p.width);
    for (std::int64_t gap = x * p.stride + 1; gap < end; ++gap) _mm256_storeu_ps(to + gap * 8, _mm256_setzero_ps());
  }
}

/// Sixteen channels from `channel` on of the piece's pixels, [pixels][16], back to their places; what is not seen
/// between and below them becomes zero.
inline void scatter(const Pixels& p, const Piece& piece, const float* pixels, std::int64_t channel, float* tensor) {
  for (std::int64_t n = 0; n < piece.images; ++n)
    for (std::int64_t y = 0; y < piece.rows; ++y) {
      const float* from = pixels + (n * piece.rows + y) * p.columns * 16;
      const std::int64_t row = (piece.row + y) * p.stride, end = std::min(row + p.stride, p.height);
      for (std::int64_t half = 0; half < 2; ++half) {
        float* const plane = tensor + ((piece.image + n) * p.planes() + channel / 8 + half) * p.plane();
        put_row(p, from + half * 8, plane + row * p.width * 8);
        std::fill(plane + (row + 1) * p.width * 8, plane + end * p.width * 8, 0.0F);
      }
    }
}

}  // namespace
}  // namespace gramstack
