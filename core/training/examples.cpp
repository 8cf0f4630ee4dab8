#include "training/examples.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace gramstack {

Examples::Examples(Records records, Indices images) : records_(records), images_(std::move(images)) {
  labels_.reserve(images_.size());
  for (const std::int64_t image : images_) labels_.push_back(records_.labels[static_cast<std::size_t>(image)]);
}

Examples Examples::part(std::span<const std::int64_t> positions) const {
  Indices images;
  std::vector<std::int32_t> labels;
  for (const std::int64_t position : positions) {
    images.push_back(image(position));
    labels.push_back(labels_[static_cast<std::size_t>(position)]);
  }
  Examples part(records_, std::move(images));
  part.relabel(std::move(labels));
  return part;
}

Examples all_examples(const Network& network, Split split) {
  const Records records = network.pipeline->data.dataset->records(split);
  Indices images(static_cast<std::size_t>(records.size()));
  std::iota(images.begin(), images.end(), 0);
  return {records, std::move(images)};
}

Indices all_positions(const Examples& examples) {
  Indices positions(static_cast<std::size_t>(examples.size()));
  std::iota(positions.begin(), positions.end(), 0);
  return positions;
}

Feed::Feed(const Network& network, Examples examples, bool augmented)
    : examples_(std::move(examples)),
      source_(augmented ? Source::augmented_images : Source::images),
      format_(network.format),
      row_bytes_(static_cast<std::size_t>(network.format.bytes())) {}

Feed::Feed(Examples examples, std::vector<float> rows, std::int64_t width)
    : examples_(std::move(examples)),
      source_(Source::features),
      row_bytes_(static_cast<std::size_t>(width) * sizeof(float)),
      rows_(std::move(rows)) {}

const std::byte* Feed::row(std::int64_t example) const {
  if (source_ != Source::features) return reinterpret_cast<const std::byte*>(examples_.pixels(example));
  return reinterpret_cast<const std::byte*>(rows_.data()) + static_cast<std::size_t>(example) * row_bytes_;
}

void Feed::write_rows(Plan& plan, std::span<const std::int64_t> batch) {
  buffer_.resize(batch.size() * row_bytes_);
  std::byte* out = buffer_.data();
  for (const std::int64_t example : batch) {
    copy_view(row(example), out);
    out += row_bytes_;
  }
  plan.write(source_ == Source::features ? "features" : "images", buffer_);
}

std::shared_ptr<Table> Feed::make_table(Device& device, const TensorType& type) const {
  constexpr std::int64_t kBlock = 4096;  // rows that are copied at a time
  if (!device.keeps(type)) return nullptr;
  const std::shared_ptr<Table> table = device.make_table(type);
  std::vector<std::byte> block;
  for (std::int64_t first = 0; first < examples_.size(); first += kBlock) {
    block.clear();
    for (std::int64_t example = first; example < std::min(first + kBlock, examples_.size()); ++example)
      block.insert(block.end(), row(example), row(example) + row_bytes_);
    table->write(static_cast<std::size_t>(first) * row_bytes_, block);
  }
  return table;
}

void Feed::copy_view(const std::byte* image, std::byte* out) const {
  if (view_.down == 0 && view_.right == 0 && !view_.mirror) {
    std::memcpy(out, image, row_bytes_);
    return;
  }
  const std::int64_t height = format_.height, width = format_.width;
  for (std::int64_t c = 0; c < format_.channels; ++c)
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x) {
        const std::int64_t from_y = y - view_.down, from_x = (view_.mirror ? width - 1 - x : x) - view_.right;
        const bool within = from_y >= 0 && from_y < height && from_x >= 0 && from_x < width;
        *out++ = within ? image[(c * height + from_y) * width + from_x] : std::byte{0};
      }
}

void Feed::teach(const PairLabels& pairs) {
  Indices images;
  for (std::int64_t example = 0; example < examples_.size(); ++example) images.push_back(examples_.image(example));
  known_ = pairs.among(images);
}

void Feed::write_truth(Plan& plan, std::span<const std::int64_t> batch) {
  if (known_)
    write_pairs(plan, batch);
  else
    write_labels(plan, batch);
}

void Feed::write_pairs(Plan& plan, std::span<const std::int64_t> batch) {
  const std::size_t n = batch.size();
  same_.assign(n * n, 0.0f);
  different_.assign(n * n, 0.0f);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const Known known = known_->of(batch[i], batch[j]);
      if (known == Known::nothing) continue;
      std::vector<float>& mask = known == Known::same ? same_ : different_;
      mask[i * n + j] = mask[j * n + i] = 1;
    }
  plan.write("same", std::as_bytes(std::span(same_)));
  plan.write("different", std::as_bytes(std::span(different_)));
}

void Feed::write_labels(Plan& plan, std::span<const std::int64_t> batch) {
  label_buffer_.clear();
  for (const std::int64_t example : batch)
    label_buffer_.push_back(examples_.labels()[static_cast<std::size_t>(example)]);
  plan.write("labels", std::as_bytes(std::span(label_buffer_)));
}

}  // namespace gramstack
