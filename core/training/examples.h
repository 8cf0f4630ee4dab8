// Sets of labelled images, and the batches that plans are fed with.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "api/dataset.h"
#include "api/device.h"
#include "training/network.h"
#include "training/step.h"

namespace gramstack {

/// Called between batches of long work; may throw to end it.
using Poll = std::function<void()>;

/// Some images of a split, as examples 0, 1, ...
class Examples {
 public:
  Examples(Records records, Indices images);
  std::int64_t size() const { return static_cast<std::int64_t>(images_.size()); }
  std::span<const std::int32_t> labels() const { return labels_; }
  void relabel(std::vector<std::int32_t> labels) { labels_ = std::move(labels); }  ///< one an example
  Examples part(std::span<const std::int64_t> positions) const;                    ///< with the labels they have here
  std::int64_t image(std::int64_t example) const { return images_[static_cast<std::size_t>(example)]; }
  const std::uint8_t* pixels(std::int64_t example) const { return records_.image(image(example)); }

 private:
  Records records_;
  Indices images_;
  std::vector<std::int32_t> labels_;
};

Examples all_examples(const Network& network, Split split);
Indices all_positions(const Examples& examples);  ///< 0, 1, ...

/// Examples as one plan input: their images, or cached inputs of a module.
class Feed {
 public:
  /// From images; `augmented`: training steps also want offsets.
  Feed(const Network& network, Examples examples, bool augmented = false);
  /// From cached rows of `width` numbers, one an example.
  Feed(Examples examples, std::vector<float> rows, std::int64_t width);

  const Examples& examples() const { return examples_; }
  Source source() const { return source_; }
  /// How images are looked at from now on. REQUIRES: a feed of images.
  void look(const View& view) { view_ = view; }
  /// Writes the rows of `batch` to the input "images" or "features".
  void write_rows(Plan& plan, std::span<const std::int64_t> batch);
  /// All rows as a table of `device`; null: it keeps no tables of `type`, the type of all rows.
  std::shared_ptr<Table> make_table(Device& device, const TensorType& type) const;
  /// Known pairs of the split's images instead of class labels are the truth from now on.
  void teach(const PairLabels& pairs);
  const PairLabels* known() const { return known_ ? &*known_ : nullptr; }  ///< of the examples; null: labels
  /// Writes "labels", or "same" and "different".
  void write_truth(Plan& plan, std::span<const std::int64_t> batch);

 private:
  const std::byte* row(std::int64_t example) const;
  void copy_view(const std::byte* image, std::byte* out) const;
  void write_labels(Plan& plan, std::span<const std::int64_t> batch);
  void write_pairs(Plan& plan, std::span<const std::int64_t> batch);

  Examples examples_;
  Source source_;
  ImageFormat format_ = {};  ///< of images
  View view_ = {};
  std::size_t row_bytes_;
  std::vector<float> rows_;
  std::vector<std::byte> buffer_;
  std::vector<std::int32_t> label_buffer_;
  std::optional<PairLabels> known_;
  std::vector<float> same_, different_;
};

}  // namespace gramstack
