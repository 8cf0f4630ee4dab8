#include "ops/strided.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace gramstack::onednn {
namespace {

constexpr std::size_t kMostAxes = 16;

Strided aligned_strides(const Shape& operand, const Shape& shape) {
  Strided walk{shape, std::vector<Index>(shape.size(), 0)};
  Index stride = 1;
  for (std::size_t i = 0; i < operand.size(); ++i) {
    const std::size_t from = operand.size() - 1 - i, to = shape.size() - 1 - i;
    if (operand[from] != 1) walk.strides[to] = stride;
    stride *= operand[from];
  }
  return walk;
}

Strided block_channels(const Strided& plain) {
  const std::vector<Index>& e = plain.extents;
  const std::vector<Index>& s = plain.strides;
  return {{e[0], blocks(e[1]), e[2], e[3], kBlock}, {s[0], s[1] * kBlock, s[2], s[3], s[1]}};
}

Strided merged(const Strided& walk) {
  Strided result;
  for (std::size_t i = 0; i < walk.extents.size(); ++i) {
    if (walk.extents[i] == 1) continue;
    const bool joins = !result.extents.empty() && result.strides.back() == walk.strides[i] * walk.extents[i];
    if (joins) {
      result.extents.back() *= walk.extents[i];
      result.strides.back() = walk.strides[i];
    } else {
      result.extents.push_back(walk.extents[i]);
      result.strides.push_back(walk.strides[i]);
    }
  }
  if (result.extents.empty()) return {{1}, {0}};
  return result;
}

void copy_run(const float* data, Index stride, Index n, float* out) {
  if (stride == 1)
    std::memcpy(out, data, static_cast<std::size_t>(n) * sizeof(float));
  else if (stride == 0)
    std::fill_n(out, n, *data);
  else
    for (Index i = 0; i < n; ++i) out[i] = data[i * stride];
}

}  // namespace

Strided broadcast_strides(const Shape& operand, const Shape& shape, Layout layout) {
  const Strided walk = aligned_strides(operand, shape);
  return merged(layout == Layout::blocked ? block_channels(walk) : walk);
}

void gather(const Strided& walk, const float* data, Index begin, Index n, float* out) {
  const std::size_t inner = walk.extents.size() - 1;
  std::array<Index, kMostAxes> position{};
  Index rest = begin;
  for (std::size_t i = inner + 1; i-- > 0;) {
    position[i] = rest % walk.extents[i];
    rest /= walk.extents[i];
  }
  while (n > 0) {
    Index offset = 0;
    for (std::size_t i = 0; i <= inner; ++i) offset += position[i] * walk.strides[i];
    const Index run = std::min(n, walk.extents[inner] - position[inner]);
    copy_run(data + offset, walk.strides[inner], run, out);
    out += run;
    n -= run;
    position[inner] = 0;
    for (std::size_t i = inner; i-- > 0;) {
      if (++position[i] < walk.extents[i]) break;
      position[i] = 0;
    }
  }
}

}  // namespace gramstack::onednn
