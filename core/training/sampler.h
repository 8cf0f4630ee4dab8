// Which images are trained on, in which order: everything by (seed, purpose, epoch), nothing to save.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipeline/augmentation.h"
#include "pipeline/pair_labels.h"
#include "training/random.h"

namespace gramstack {

using Indices = std::vector<std::int64_t>;

/// Labels of a data set with the names its messages use.
struct LabelView {
  std::span<const std::int32_t> labels;
  std::span<const std::string> classes;
};

struct Partition {
  Indices training, validation;  ///< both ascending
};

/// Holds out `validation` images, equally many of each class (the remainder: one more of the first classes).
/// Throws Error(configuration) when a class would keep no image for training.
Partition partition(const LabelView& data, std::int64_t validation, std::uint64_t seed);

/// Holds out `validation` of `images` images, whatever they are.
Partition partition(std::int64_t images, std::int64_t validation, std::uint64_t seed);

/// How many of the given images the class with the fewest has.
std::int64_t smallest_class(const LabelView& data, const Indices& images);

/// `per_class` of the given images for each class, ascending. A larger per_class contains the choice of a smaller one.
/// Throws Error(configuration) when a class has fewer.
Indices few_per_class(const LabelView& data, const Indices& images, std::int64_t per_class, std::uint64_t seed);

/// Blocks of about `size` positions within `labels`, each with nearly the same share of every class; their sizes
/// differ by one at most. The same for every seed.
std::vector<Indices> stratified_blocks(std::span<const std::int32_t> labels, std::int64_t size);

/// The batches of an epoch, as positions within `labels`.
class BatchOrder {
 public:
  enum class Kind {
    /// Every batch has floor or ceil(batch / classes) images of each class that occurs. Every image comes once an
    /// epoch as far as that allows: of larger classes some wait for another epoch, of smaller ones some come again.
    /// What is left over after the last full batch is dropped.
    balanced,
    shuffled,  ///< every image once; the last batch may be smaller
  };

  /// A batch larger than the set is as large as the set.
  BatchOrder(Kind kind, std::span<const std::int32_t> labels, std::int64_t batch, std::uint64_t seed);
  /// pair_batches() of `pairs`, which must last as long. REQUIRES: at least one pair.
  BatchOrder(const PairLabels& pairs, std::int64_t batch, std::uint64_t seed);
  std::int64_t batch() const { return batch_; }
  std::int64_t last_batch() const;  ///< size of an epoch's last batch
  std::int64_t steps() const;       ///< batches an epoch
  std::vector<Indices> epoch(std::int64_t epoch) const;

 private:
  std::vector<Indices> balanced(std::uint32_t epoch) const;
  std::vector<Indices> shuffled(std::uint32_t epoch) const;

  Kind kind_;
  std::int64_t size_, batch_;
  std::vector<Indices> by_class_;  ///< of the classes that occur
  RandomStream order_;
  const PairLabels* pairs_ = nullptr;  ///< null: by labels
  std::uint64_t seed_;
};

/// Augmentation offsets of one image: row and column of the window in [0, 2 padding], mirror 0 or 1.
class AugmentationStream {
 public:
  AugmentationStream(const Augmentation& augmentation, std::uint64_t seed)
      : augmentation_(augmentation), stream_(seed, "crop") {}
  std::array<std::int32_t, 3> offsets(std::int64_t epoch, std::int64_t image) const;

 private:
  std::int32_t mirror(std::int64_t epoch, std::uint64_t index) const;

  Augmentation augmentation_;
  RandomStream stream_;
};

}  // namespace gramstack
