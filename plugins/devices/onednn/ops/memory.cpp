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

/// A block of eight channels is a matrix [8, pixels]; blocked, it is transposed.
Run prepare_reorder(Preparation& p) {
  const Shape& shape = p.input(0).shape();
  const Index pixels = shape[2] * shape[3], groups = shape[0] * shape[1] / kBlock;
  const bool to_blocked = p.output(0).layout == Layout::blocked;
  const int parts = parts_for(groups * pixels * kBlock, p.threads());
  return [=, from = p.in(0), to = p.out(0)] {
    parallel_range(parts, groups, [&](Index begin, Index end) {
      for (Index g = begin; g < end; ++g) {
        const Index offset = g * pixels * kBlock;
        if (to_blocked)
          transpose_tiles(from + offset, to + offset, kBlock, pixels);
        else
          transpose_tiles(from + offset, to + offset, pixels, kBlock);
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
