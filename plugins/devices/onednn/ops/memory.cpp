// Moving and viewing: copy, reorder, reshape, transpose.
#include <algorithm>
#include <cstring>

#include "plan.h"
#include "rules.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

Run prepare_copy(Preparation& p) {
  return [from = p.in<std::byte>(0), to = p.out<std::byte>(0), bytes = p.input(0).type.bytes()] {
    std::memcpy(to, from, bytes);
  };
}

/// to[b * a_extent + a] = from[a * b_extent + b], for a tile at a time.
void transpose_tiles(const float* from, float* to, Index rows, Index columns) {
  constexpr Index kTile = 16;
  for (Index r = 0; r < rows; r += kTile)
    for (Index c = 0; c < columns; c += kTile)
      for (Index i = r; i < std::min(r + kTile, rows); ++i)
        for (Index j = c; j < std::min(c + kTile, columns); ++j) to[j * rows + i] = from[i * columns + j];
}

Run prepare_transpose(Preparation& p) {
  return [from = p.in(0), to = p.out(0), rows = p.input(0).shape()[0], columns = p.input(0).shape()[1]] {
    transpose_tiles(from, to, rows, columns);
  };
}

/// One block of channels of one image: plain, a matrix [valid channels, pixels]; blocked, [pixels, 8].
void reorder_block(const float* from, float* to, Index valid, Index pixels, bool to_blocked) {
  if (valid == kBlock) {
    if (to_blocked)
      transpose_tiles(from, to, kBlock, pixels);
    else
      transpose_tiles(from, to, pixels, kBlock);
    return;
  }
  for (Index i = 0; i < pixels; ++i)
    for (Index c = 0; c < kBlock; ++c) {
      if (to_blocked)
        to[i * kBlock + c] = c < valid ? from[c * pixels + i] : 0.0f;
      else if (c < valid)
        to[c * pixels + i] = from[i * kBlock + c];
    }
}

Run prepare_reorder(Preparation& p) {
  const Shape& shape = p.input(0).shape();
  const Index channels = shape[1], pixels = shape[2] * shape[3], groups = blocks(channels);
  const bool to_blocked = p.output(0).layout == Layout::blocked;
  const int parts = parts_for(shape[0] * groups * pixels * kBlock, p.threads());
  return [=, images = shape[0], from = p.in(0), to = p.out(0)] {
    parallel_range(parts, images * groups, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const Index group = i % groups, blocked = i * kBlock * pixels;
        const Index plain = (i / groups * channels + group * kBlock) * pixels;
        const Index valid = std::min(kBlock, channels - group * kBlock);
        reorder_block(from + (to_blocked ? plain : blocked), to + (to_blocked ? blocked : plain), valid, pixels,
                      to_blocked);
      }
    });
  };
}

constexpr Rule kRules[] = {{"copy", nullptr, prepare_copy},
                           {"reorder", nullptr, prepare_reorder},
                           {"reshape", nullptr, nullptr},
                           {"transpose", nullptr, prepare_transpose}};

}  // namespace

std::span<const Rule> memory_rules() { return kRules; }

}  // namespace gramstack::onednn
