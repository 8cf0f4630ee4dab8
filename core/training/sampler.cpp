#include "training/sampler.h"

#include <fmt/core.h>

#include <algorithm>

#include "api/error.h"
#include "training/pair_batches.h"

namespace gramstack {
namespace {

/// Positions of `labels` by class; `classes` lists, some maybe empty.
std::vector<Indices> positions_by_class(std::span<const std::int32_t> labels, std::size_t classes) {
  std::vector<Indices> positions(classes);
  for (std::size_t i = 0; i < labels.size(); ++i)
    positions[static_cast<std::size_t>(labels[i])].push_back(static_cast<std::int64_t>(i));
  return positions;
}

std::vector<Indices> occurring(std::span<const std::int32_t> labels) {
  if (labels.empty()) return {};
  const std::size_t last = static_cast<std::size_t>(*std::max_element(labels.begin(), labels.end()));
  std::vector<Indices> positions = positions_by_class(labels, last + 1);
  std::erase_if(positions, [](const Indices& images) { return images.empty(); });
  return positions;
}

/// The images of one class in an order of their own.
Indices shuffled_class(const Indices& images, const RandomStream& stream, std::size_t label) {
  Indices shuffled;
  shuffled.reserve(images.size());
  for (const std::int64_t i :
       stream.permutation(static_cast<std::int64_t>(images.size()), static_cast<std::uint32_t>(label)))
    shuffled.push_back(images[static_cast<std::size_t>(i)]);
  return shuffled;
}

/// An unending run through the images of a class, in a new order each time around.
class ClassCycle {
 public:
  ClassCycle(const Indices& images, std::uint64_t key, std::uint32_t epoch)
      : images_(images), key_(key), epoch_(epoch) {}

  std::int64_t next() {
    if (position_ == order_.size()) begin_round();
    return images_[static_cast<std::size_t>(order_[position_++])];
  }

 private:
  void begin_round() {
    const RandomStream stream(key_, "round " + std::to_string(round_++));
    order_ = stream.permutation(static_cast<std::int64_t>(images_.size()), epoch_);
    position_ = 0;
  }

  const Indices& images_;
  std::uint64_t key_;
  std::uint32_t epoch_;
  std::size_t round_ = 0, position_ = 0;
  Indices order_;
};

}  // namespace

Partition partition(const LabelView& data, std::int64_t validation, std::uint64_t seed) {
  const std::vector<Indices> by_class = positions_by_class(data.labels, data.classes.size());
  const std::int64_t classes = static_cast<std::int64_t>(by_class.size());
  const RandomStream stream(seed, "validation");
  Partition parts;
  for (std::size_t c = 0; c < by_class.size(); ++c) {
    const std::int64_t held = validation / classes + (static_cast<std::int64_t>(c) < validation % classes ? 1 : 0);
    const std::int64_t size = static_cast<std::int64_t>(by_class[c].size());
    if (held > 0 && held >= size)
      throw Error(ExitCode::configuration,
                  fmt::format("data: validation: {} holds out {} images of each class, but class '{}' has only {} "
                              "training images: hold out fewer",
                              validation, held, data.classes[c], size));
    const Indices images = shuffled_class(by_class[c], stream, c);
    parts.validation.insert(parts.validation.end(), images.begin(), images.begin() + held);
    parts.training.insert(parts.training.end(), images.begin() + held, images.end());
  }
  std::sort(parts.training.begin(), parts.training.end());
  std::sort(parts.validation.begin(), parts.validation.end());
  return parts;
}

Partition partition(std::int64_t images, std::int64_t validation, std::uint64_t seed) {
  const Indices order = RandomStream(seed, "validation").permutation(images, 0);
  Partition parts{{order.begin() + validation, order.end()}, {order.begin(), order.begin() + validation}};
  std::sort(parts.training.begin(), parts.training.end());
  std::sort(parts.validation.begin(), parts.validation.end());
  return parts;
}

std::int64_t smallest_class(const LabelView& data, const Indices& images) {
  std::vector<std::int64_t> counts(data.classes.size(), 0);
  for (const std::int64_t i : images) ++counts[static_cast<std::size_t>(data.labels[static_cast<std::size_t>(i)])];
  return *std::min_element(counts.begin(), counts.end());
}

Indices few_per_class(const LabelView& data, const Indices& images, std::int64_t per_class, std::uint64_t seed) {
  std::vector<Indices> by_class(data.classes.size());
  for (const std::int64_t i : images)
    by_class[static_cast<std::size_t>(data.labels[static_cast<std::size_t>(i)])].push_back(i);
  const RandomStream stream(seed, "labels");
  Indices chosen;
  for (std::size_t c = 0; c < by_class.size(); ++c) {
    if (static_cast<std::int64_t>(by_class[c].size()) < per_class)
      throw Error(ExitCode::configuration,
                  fmt::format("labels: per_class: {} is wanted, but class '{}' has only {} training images", per_class,
                              data.classes[c], by_class[c].size()));
    const Indices shuffled = shuffled_class(by_class[c], stream, c);
    chosen.insert(chosen.end(), shuffled.begin(), shuffled.begin() + per_class);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<Indices> stratified_blocks(std::span<const std::int32_t> labels, std::int64_t size) {
  const std::int64_t total = static_cast<std::int64_t>(labels.size());
  if (total == 0) return {};
  const std::size_t count = static_cast<std::size_t>(std::max<std::int64_t>(1, (total + size / 2) / size));
  std::vector<Indices> blocks(count);
  std::size_t dealt = 0;
  for (const Indices& images : occurring(labels))
    for (const std::int64_t image : images) blocks[dealt++ % count].push_back(image);
  return blocks;
}

BatchOrder::BatchOrder(Kind kind, std::span<const std::int32_t> labels, std::int64_t batch, std::uint64_t seed)
    : kind_(kind),
      size_(static_cast<std::int64_t>(labels.size())),
      batch_(std::min(batch, size_)),
      by_class_(occurring(labels)),
      order_(seed, "order"),
      seed_(seed) {
  if (size_ == 0) throw Error(ExitCode::data, "there are no training images");
}

BatchOrder::BatchOrder(const PairLabels& pairs, std::int64_t batch, std::uint64_t seed)
    : kind_(Kind::balanced),
      size_(pairs.images()),
      batch_(std::min(batch, static_cast<std::int64_t>(images_in_pairs(pairs).size()))),
      order_(seed, "order"),
      pairs_(&pairs),
      seed_(seed) {}

std::int64_t BatchOrder::steps() const {
  return kind_ == Kind::balanced ? size_ / batch_ : (size_ + batch_ - 1) / batch_;
}

std::int64_t BatchOrder::last_batch() const {
  return kind_ == Kind::balanced || size_ % batch_ == 0 ? batch_ : size_ % batch_;
}

std::vector<Indices> BatchOrder::epoch(std::int64_t epoch) const {
  const std::uint32_t counter = static_cast<std::uint32_t>(epoch);
  if (pairs_) return pair_batches(*pairs_, batch_, steps(), seed_, counter);
  return kind_ == Kind::balanced ? balanced(counter) : shuffled(counter);
}

// Batch after batch the images that remain after an equal share of each class go to the next classes in turn, so that
// over the epoch all classes get equally many.
std::vector<Indices> BatchOrder::balanced(std::uint32_t epoch) const {
  const std::size_t classes = by_class_.size(), batch = static_cast<std::size_t>(batch_);
  std::vector<ClassCycle> cycles;
  cycles.reserve(classes);
  for (std::size_t c = 0; c < classes; ++c) cycles.emplace_back(by_class_[c], order_.bits(epoch, c), epoch);
  std::size_t turn = static_cast<std::size_t>(order_.below(classes, epoch, classes));
  std::vector<Indices> batches(static_cast<std::size_t>(steps()));
  for (Indices& images : batches) {
    for (std::size_t c = 0; c < classes; ++c)
      for (std::size_t i = 0; i < batch / classes; ++i) images.push_back(cycles[c].next());
    for (std::size_t i = 0; i < batch % classes; ++i) images.push_back(cycles[turn++ % classes].next());
  }
  return batches;
}

std::vector<Indices> BatchOrder::shuffled(std::uint32_t epoch) const {
  const Indices order = order_.permutation(size_, epoch);
  std::vector<Indices> batches;
  for (std::int64_t begin = 0; begin < size_; begin += batch_)
    batches.emplace_back(order.begin() + begin, order.begin() + std::min(begin + batch_, size_));
  return batches;
}

std::array<std::int32_t, 3> AugmentationStream::offsets(std::int64_t epoch, std::int64_t image) const {
  const std::uint32_t counter = static_cast<std::uint32_t>(epoch);
  const std::uint64_t window = static_cast<std::uint64_t>(2 * augmentation_.crop_padding + 1),
                      first = static_cast<std::uint64_t>(image) * 3;
  return {static_cast<std::int32_t>(stream_.below(window, counter, first)),
          static_cast<std::int32_t>(stream_.below(window, counter, first + 1)), mirror(epoch, first + 2)};
}

std::int32_t AugmentationStream::mirror(std::int64_t epoch, std::uint64_t index) const {
  using Flip = Augmentation::Flip;
  if (augmentation_.flip == Flip::none) return 0;
  const bool alternating = augmentation_.flip == Flip::alternating;
  const std::uint64_t drawn = stream_.below(2, alternating ? 0 : static_cast<std::uint32_t>(epoch), index);
  return static_cast<std::int32_t>(alternating ? (drawn + static_cast<std::uint64_t>(epoch)) % 2 : drawn);
}

}  // namespace gramstack
