// Labels and 8-bit images.
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "plan.h"
#include "rules.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

Run prepare_one_hot(Preparation& p) {
  const Index n = p.output(0).shape()[0], classes = p.output(0).shape()[1];
  return [=, labels = p.in<std::int32_t>(0), out = p.out(0)] {
    std::fill_n(out, n * classes, 0.0f);
    for (Index i = 0; i < n; ++i)
      if (labels[i] >= 0 && labels[i] < classes) out[i * classes + labels[i]] = 1.0f;
  };
}

Run prepare_pair_masks(Preparation& p) {
  const Index n = p.input(0).shape()[0];
  return [=, labels = p.in<std::int32_t>(0), same = p.out(0), different = p.out(1), self = p.out(2)] {
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) {
        const bool known = labels[i] >= 0 && labels[j] >= 0 && i != j;
        same[i * n + j] = known && labels[i] == labels[j] ? 1.0f : 0.0f;
        different[i * n + j] = known && labels[i] != labels[j] ? 1.0f : 0.0f;
        self[i * n + j] = i == j ? 1.0f : 0.0f;
      }
  };
}

/// By bytes, whatever the elements are.
Run prepare_gather(Preparation& p) {
  const Tensor& table = p.input(0);
  const Index count = table.shape()[0], chosen = p.input(1).shape()[0];
  const Index bytes = static_cast<Index>(table.type.bytes()) / count;
  const int parts = parts_for(chosen * bytes, p.threads());
  return [=, in = p.in<std::byte>(0), rows = p.in<std::int32_t>(1), out = p.out<std::byte>(0)] {
    parallel_range(parts, chosen, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const bool inside = rows[i] >= 0 && rows[i] < count;
        if (inside)
          std::copy_n(in + rows[i] * bytes, bytes, out + i * bytes);
        else
          std::fill_n(out + i * bytes, bytes, std::byte{0});
      }
    });
  };
}

struct Images {
  explicit Images(const Shape& shape) : count(shape[0]), channels(shape[1]), height(shape[2]), width(shape[3]) {}
  Index count, channels, height, width;
  Index elements() const { return count * channels * height * width; }
};

/// Where a moved and mirrored plane reads.
struct Move {
  Move(const std::int32_t* offsets, Index padding)
      : down(offsets[0] - padding), right(offsets[1] - padding), mirror(offsets[2] == 1) {}
  Index down, right;
  bool mirror;
};

void move_row(const std::uint8_t* plane, const Images& images, const Move& move, Index y, std::uint8_t* out) {
  std::fill_n(out, images.width, std::uint8_t{0});
  const Index row = y + move.down;
  if (row < 0 || row >= images.height) return;
  const Index begin = std::max<Index>(0, -move.right), end = std::min(images.width, images.width - move.right);
  if (begin < end) std::copy_n(plane + row * images.width + begin + move.right, end - begin, out + begin);
  if (move.mirror) std::reverse(out, out + images.width);
}

Run prepare_crop_flip(Preparation& p) {
  const Images images(p.input(0).shape());
  const Index padding = p.attributes().integer("padding"), plane = images.height * images.width;
  const int parts = parts_for(images.elements(), p.threads());
  return [=, in = p.in<std::uint8_t>(0), offsets = p.in<std::int32_t>(1), out = p.out<std::uint8_t>(0)] {
    parallel_range(parts, images.count, [&](Index begin, Index end) {
      for (Index i = begin * images.channels; i < end * images.channels; ++i) {
        const Move move(offsets + i / images.channels * 3, padding);
        for (Index y = 0; y < images.height; ++y)
          move_row(in + i * plane, images, move, y, out + i * plane + y * images.width);
      }
    });
  };
}

/// The real number of every pixel value, by channel.
std::vector<std::array<float, 256>> pixel_values(const Attributes& attributes) {
  const std::vector<double>& mean = attributes.reals("mean");
  const std::vector<double>& deviation = attributes.reals("deviation");
  std::vector<std::array<float, 256>> tables(mean.size());
  for (std::size_t c = 0; c < mean.size(); ++c)
    for (std::size_t v = 0; v < 256; ++v)
      tables[c][v] = static_cast<float>((static_cast<double>(v) / 255.0 - mean[c]) / deviation[c]);
  return tables;
}

/// Eight pixels are read at once: by bytes they would have to be read anew after every write, which might change them.
void look_up(const std::array<float, 256>& table, const std::uint8_t* in, Index n, float* out) {
  Index i = 0;
  for (std::uint64_t pixels = 0; i + 8 <= n; i += 8) {
    std::memcpy(&pixels, in + i, 8);
    for (Index k = 0; k < 8; ++k, pixels >>= 8) out[i + k] = table[pixels & 255];
  }
  for (; i < n; ++i) out[i] = table[in[i]];
}

Run prepare_normalize_images(Preparation& p) {
  const Images images(p.input(0).shape());
  const Index plane = images.height * images.width;
  const int parts = parts_for(images.elements(), p.threads());
  return [=, tables = pixel_values(p.attributes()), in = p.in<std::uint8_t>(0), out = p.out(0)] {
    parallel_range(parts, images.count * images.channels, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i)
        look_up(tables[static_cast<std::size_t>(i % images.channels)], in + i * plane, plane, out + i * plane);
    });
  };
}

constexpr Rule kRules[] = {{"one_hot", nullptr, prepare_one_hot},
                           {"pair_masks", nullptr, prepare_pair_masks},
                           {"gather", nullptr, prepare_gather},
                           {"crop_flip", nullptr, prepare_crop_flip},
                           {"normalize_images", nullptr, prepare_normalize_images}};

}  // namespace

std::span<const Rule> data_rules() { return kRules; }

}  // namespace gramstack::onednn
