// Moving tiles between nChw8c planes of eight channels and the points of the transformed domain, a vector's channels at
// a time: those of one plane, or of two.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ahead.h"
#include "ceiling.h"
#include "winograd.h"
#include "winograd_transforms.h"

namespace gramstack::winograd {
namespace {

/// Floats between the planes of points: planes a power of two apart would share a few cache sets.
constexpr std::int64_t kPad = 16;

/// A thread's share of `count` things, of which `unit` stay together.
struct Range {
  std::int64_t first, end;
  Range(std::int64_t count, std::int64_t part, std::int64_t parts, std::int64_t unit = 1)
      : first(std::min(count, ceiling(count, unit) * part / parts * unit)),
        end(std::min(count, ceiling(count, unit) * (part + 1) / parts * unit)) {}
  std::int64_t size() const { return end - first; }
};

/// The 4x4 tiles of a batch of planes, numbered image by image, row by row.
struct Tiling {
  std::int64_t columns, per_image, count;

  Tiling(std::int64_t images, std::int64_t height, std::int64_t width)
      : columns((width + kTile - 1) / kTile),
        per_image((height + kTile - 1) / kTile * columns),
        count(images * per_image) {}
};

struct Tile {
  std::int64_t top, left;

  Tile(const Tiling& tiling, std::int64_t number)
      : top(number % tiling.per_image / tiling.columns * kTile), left(number % tiling.columns * kTile) {}
};

/// How a tensor [n][c/8][h][w][8] is seen by tiles: as `step` x `step` phases (every step-th row and column), a tile's
/// patch beginning `origin` phase pixels before the tile.
struct View {
  std::int64_t channels, height, width, step, origin;

  std::int64_t plane() const { return height * width * 8; }
  std::int64_t phases() const { return step * step; }
  std::int64_t vectors() const { return channels / kLanes; }
  std::int64_t vector_planes() const { return plane() * (kLanes / 8); }  ///< from one vector's channels to the next
};

/// The floats of a plane, from `begin` to `end`, that tiles first .. last of one image touch.
struct Rows {
  std::int64_t begin, end;
  Rows(const View& view, const Tile& first, const Tile& last)
      : begin(std::max<std::int64_t>(first.top - view.origin, 0) * view.step * view.width * 8),
        end(std::min((last.top + kTile + 1) * view.step, view.height) * view.width * 8) {}
};

/// Reads the rows of a vector's planes that tiles first .. last of one image touch, in order, as the hardware foresees
/// and tiles do not: they find them in the first-level cache.
inline void touch(const float* planes, const View& view, const Tile& first, const Tile& last) {
  const Rows rows(view, first, last);
  Eight sum = _mm256_setzero_ps();
  for (const float* plane = planes; plane < planes + view.vector_planes(); plane += view.plane())
    for (std::int64_t i = rows.begin; i < rows.end; i += 16) sum = sum + _mm256_load_ps(plane + i);
  asm volatile("" ::"x"(sum));
}

/// What `count` tiles from `first` on read of some channels, to be fetched in `pieces`; of whole images where it is of
/// more than one. `planes`: those channels in image 0.
inline Ahead tiles_ahead(const Tiling& tiling, const View& view, const float* planes, std::int64_t channels,
                         std::int64_t first, std::int64_t count, std::int64_t pieces) {
  if (count <= 0 || pieces <= 0) return {};
  const std::int64_t image = first / tiling.per_image, last = (first + count - 1) / tiling.per_image;
  const std::int64_t pixels = view.height * view.width, size = view.channels * pixels;
  planes += image * size;
  if (last > image) return {planes, channels * pixels, size, last - image + 1, pieces};
  const Rows rows(view, Tile(tiling, first), Tile(tiling, first + count - 1));
  return {planes + rows.begin, rows.end - rows.begin, view.plane(), channels / 8, pieces};
}

/// Takes inputs as they are.
struct AsTheyAre {
  AsTheyAre(const Prologue&, std::int64_t) {}
  Vector operator()(Vector x) const { return x; }
};

/// A Prologue for the channels of a vector.
struct Normalized {
  Vector factor, shift;
  Normalized(const Prologue& prologue, std::int64_t channel)
      : factor(load(prologue.factor + channel)), shift(load(prologue.shift + channel)) {}
  Vector operator()(Vector x) const { return positive_part(multiply_add(x, factor, shift)); }
};

/// A column of `Size` pixels of a plane with zeros outside; (top, left) in pixels, `step` pixels apart.
template <int Size, class Read>
inline void load_column(const float* plane, const View& view, std::int64_t top, std::int64_t left, bool inside,
                        const Read& read, Vector (&column)[Size]) {
  const float* corner = plane + (top * view.width + left) * 8;
  if (inside) {
    for (int i = 0; i < Size; ++i)
      column[i] = read(load_channels(corner + i * view.step * view.width * 8, view.plane()));
    return;
  }
  for (int i = 0; i < Size; ++i) {
    const std::int64_t y = top + i * view.step;
    const bool valid = y >= 0 && y < view.height && left >= 0 && left < view.width;
    column[i] = valid ? read(load_channels(corner + i * view.step * view.width * 8, view.plane())) : zero();
  }
}

inline bool patch_inside(const View& view, std::int64_t top, std::int64_t left, std::int64_t size) {
  return top >= 0 && left >= 0 && top + (size - 1) * view.step < view.height &&
         left + (size - 1) * view.step < view.width;
}

/// Rows First .. End - 1 of the points of a tile's patch in one phase: the n-th one at out[n * point_stride].
template <int Taps, int First = 0, int End = patch(Taps), class Read>
inline void input_tile(const float* plane, const View& view, const Tile& tile, std::int64_t phase, const Read& read,
                       float* out, std::int64_t point_stride) {
  constexpr int kSize = patch(Taps);
  const std::int64_t top = (tile.top - view.origin) * view.step + phase / view.step;
  const std::int64_t left = (tile.left - view.origin) * view.step + phase % view.step;
  const bool inside = patch_inside(view, top, left, kSize);
  Vector columns[kSize * kSize];
  for (int j = 0; j < kSize; ++j) {
    Vector d[kSize];
    load_column(plane, view, top, left + j * view.step, inside, read, d);
    input_transform(d, columns + j, kSize);
  }
  for (int i = First; i < End; ++i) {
    Vector d[kSize], points[kSize];
    for (int j = 0; j < kSize; ++j) d[j] = columns[i * kSize + j];
    input_transform(d, points, 1);
    for (int j = 0; j < kSize; ++j) store(out + ((i - First) * kSize + j) * point_stride, points[j]);
  }
}

/// Leaves outputs as they are.
struct Unchanged {
  Vector operator()(Vector y, std::int64_t) const { return y; }
};

/// An Epilogue for the channels of a vector.
struct Finish {
  Vector factor, shift;
  const float* add;  ///< the plane's; nullptr: none
  std::int64_t plane;
  bool relu;
  Vector operator()(Vector y, std::int64_t offset) const {
    y = multiply_add(y, factor, shift);
    if (add) y = y + load_channels(add + offset, plane);
    return relu ? positive_part(y) : y;
  }
};

/// Leaves outputs as they are and sums them; see Epilogue::sums.
class Summing {
 public:
  /// `at`: of a vector's channels, [3][outputs]; continued, or begun if `fresh`.
  Summing(float* at, std::int64_t outputs, bool fresh) : at_(at), outputs_(outputs), fresh_(fresh) {
    if (fresh) return;
    center_ = load(at);
    sum_ = load(at + outputs);
    squares_ = load(at + 2 * outputs);
  }
  Vector operator()(Vector y, std::int64_t) {
    if (fresh_) center_ = y;
    fresh_ = false;
    const Vector difference = y - center_;
    sum_ = sum_ + difference;
    squares_ = multiply_add(difference, difference, squares_);
    return y;
  }
  void save() const {
    store(at_, center_);
    store(at_ + outputs_, sum_);
    store(at_ + 2 * outputs_, squares_);
  }

 private:
  float* at_;
  std::int64_t outputs_;
  bool fresh_;
  Vector center_ = zero(), sum_ = zero(), squares_ = zero();
};

/// The inverse: transforms the points of a product back, finishes and stores the part of the tile that lies inside the
/// plane. Whole rows go past the caches: they are read again only by the next layer.
template <int Taps, class Last>
inline void output_tile(const float* in, std::int64_t point_stride, float* plane, const View& view, const Tile& tile,
                        std::int64_t phase, Last&& finish) {
  constexpr int kSize = patch(Taps);
  Vector columns[kTile * kSize];
  for (int j = 0; j < kSize; ++j) {
    Vector m[kSize];
    for (int i = 0; i < kSize; ++i) m[i] = load(in + (i * kSize + j) * point_stride);
    output_transform(m, columns + j, kSize);
  }
  const std::int64_t top = tile.top * view.step + phase / view.step, left = tile.left * view.step + phase % view.step;
  for (std::int64_t i = 0; i < kTile && top + i * view.step < view.height; ++i) {
    Vector m[kSize], y[kTile];
    for (int j = 0; j < kSize; ++j) m[j] = columns[i * kSize + j];
    output_transform(m, y, 1);
    const std::int64_t row = ((top + i * view.step) * view.width + left) * 8;
    for (std::int64_t j = 0; j < kTile && left + j * view.step < view.width; ++j) {
      const std::int64_t offset = row + j * view.step * 8;
      if (view.step == 1)
        stream_channels(plane + offset, view.plane(), finish(y[j], offset));
      else
        store_channels(plane + offset, view.plane(), finish(y[j], offset));
    }
  }
}

/// The same of a tile of the output's gradient.
template <int Taps, int First = 0, int End = patch(Taps)>
inline void gradient_tile(const float* plane, const View& view, const Tile& tile, float* out,
                          std::int64_t point_stride) {
  constexpr int kSize = patch(Taps);
  const bool inside = patch_inside(view, tile.top, tile.left, kTile);
  Vector columns[kSize * kTile];
  for (int j = 0; j < kTile; ++j) {
    Vector y[kTile], points[kSize];
    load_column(plane, view, tile.top, tile.left + j, inside, AsTheyAre({}, 0), y);
    gradient_transform(y, points);
    for (int i = 0; i < kSize; ++i) columns[i * kTile + j] = points[i];
  }
  for (int i = First; i < End; ++i) {
    Vector y[kTile], points[kSize];
    for (int j = 0; j < kTile; ++j) y[j] = columns[i * kTile + j];
    gradient_transform(y, points);
    for (int j = 0; j < kSize; ++j) store(out + ((i - First) * kSize + j) * point_stride, points[j]);
  }
}

/// Calls visit(image, first tile of it, tiles) for the images that tiles first .. first + count - 1 lie in.
template <class Visit>
inline void for_each_image(const Tiling& tiling, std::int64_t first, std::int64_t count, const Visit& visit) {
  for (std::int64_t tile = first; tile < first + count;) {
    const std::int64_t image = tile / tiling.per_image;
    const std::int64_t tiles = std::min((image + 1) * tiling.per_image, first + count) - tile;
    visit(image, tile, tiles);
    tile += tiles;
  }
}

}  // namespace
}  // namespace gramstack::winograd
