#include <algorithm>

#include "ops/ops.h"
#include "ops/window.h"

namespace gramstack::reference {
namespace {

void one_hot(const Call& call) {
  const Tensor& labels = call.input(0);
  Tensor& y = call.output();
  std::fill(y.values.begin(), y.values.end(), 0.0);
  for (std::int64_t i = 0; i < labels.size(); ++i) {
    const std::int64_t label = static_cast<std::int64_t>(labels[i]);
    if (inside(label, y.extent(1))) y[at(y.shape(), i, label)] = 1;
  }
}

void pair_masks(const Call& call) {
  const Tensor& labels = call.input(0);
  const Shape& shape = call.output().shape();
  for (std::int64_t i = 0; i < labels.size(); ++i)
    for (std::int64_t j = 0; j < labels.size(); ++j) {
      const bool known = i != j && labels[i] >= 0 && labels[j] >= 0;
      call.output(0)[at(shape, i, j)] = known && labels[i] == labels[j] ? 1 : 0;
      call.output(1)[at(shape, i, j)] = known && labels[i] != labels[j] ? 1 : 0;
      call.output(2)[at(shape, i, j)] = i == j ? 1 : 0;
    }
}

void gather(const Call& call) {
  const Tensor &table = call.input(0), &rows = call.input(1);
  Tensor& y = call.output();
  const std::int64_t width = table.size() / table.extent(0);
  for (std::int64_t i = 0; i < y.size(); ++i) {
    const std::int64_t row = static_cast<std::int64_t>(rows[i / width]);
    y[i] = inside(row, table.extent(0)) ? table[row * width + i % width] : 0;
  }
}

void crop_flip(const Call& call) {
  const Tensor& images = call.input(0);
  const Tensor& offsets = call.input(1);
  const Shape& shape = images.shape();
  const std::int64_t padding = call.integer("padding");
  for_each_place(shape, [&](std::int64_t image, std::int64_t channel, std::int64_t y, std::int64_t x) {
    const bool mirrored = offsets[at(offsets.shape(), image, 2)] == 1;
    const std::int64_t column = mirrored ? shape[3] - 1 - x : x;
    const std::int64_t from_y = y + static_cast<std::int64_t>(offsets[at(offsets.shape(), image, 0)]) - padding;
    const std::int64_t from_x = column + static_cast<std::int64_t>(offsets[at(offsets.shape(), image, 1)]) - padding;
    const bool within = inside(from_y, shape[2]) && inside(from_x, shape[3]);
    call.output()[at(shape, image, channel, y, x)] = within ? images[at(shape, image, channel, from_y, from_x)] : 0;
  });
}

void normalize_images(const Call& call) {
  const Tensor& images = call.input(0);
  const std::vector<double>& mean = call.attributes->reals("mean");
  const std::vector<double>& deviation = call.attributes->reals("deviation");
  for_each_place(images.shape(), [&](std::int64_t image, std::int64_t channel, std::int64_t y, std::int64_t x) {
    const std::int64_t place = at(images.shape(), image, channel, y, x);
    const std::size_t c = static_cast<std::size_t>(channel);
    call.output()[place] = (images[place] / 255 - mean[c]) / deviation[c];
  });
}

constexpr OpEntry kOps[] = {
    {"one_hot", one_hot}, {"pair_masks", pair_masks}, {"gather", gather}, {"crop_flip", crop_flip}, {"normalize_images", normalize_images}};

}  // namespace

std::span<const OpEntry> data_ops() { return kOps; }

}  // namespace gramstack::reference
