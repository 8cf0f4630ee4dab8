#include "training/pair_batches.h"

#include <optional>

namespace gramstack {
namespace {

class PairSampler {
 public:
  PairSampler(const PairLabels& pairs, std::uint64_t seed, std::uint32_t epoch)
      : pairs_(pairs),
        known_(images_in_pairs(pairs)),
        order_(seed, "order"),
        partners_(seed, "partners"),
        epoch_(epoch),
        taken_in_(static_cast<std::size_t>(pairs.images()), -1) {}

  Indices batch(std::int64_t number, std::size_t size) {
    Indices images;
    const auto take = [&](std::int64_t image) {
      std::int64_t& taken = taken_in_[static_cast<std::size_t>(image)];
      if (taken == number || images.size() == size) return;
      taken = number;
      images.push_back(image);
    };
    while (images.size() < size) {
      const std::int64_t leader = next_leader();
      take(leader);
      for (const Known known : {Known::same, Known::different})
        if (const std::optional<std::int64_t> partner = draw(leader, known)) take(*partner);
    }
    return images;
  }

 private:
  std::int64_t next_leader() {
    if (position_ == shuffled_.size()) {
      shuffled_.clear();
      const RandomStream round(order_.bits(epoch_, rounds_++), "round");
      for (const std::int64_t i : round.permutation(static_cast<std::int64_t>(known_.size()), epoch_))
        shuffled_.push_back(known_[static_cast<std::size_t>(i)]);
      position_ = 0;
    }
    return shuffled_[position_++];
  }

  std::optional<std::int64_t> draw(std::int64_t image, Known known) {
    const std::int64_t count = pairs_.partners(image, known);
    if (count == 0) return std::nullopt;
    const std::uint64_t index = partners_.below(static_cast<std::uint64_t>(count), epoch_, draws_++);
    return pairs_.partner(image, known, static_cast<std::int64_t>(index));
  }

  const PairLabels& pairs_;
  Indices known_, shuffled_;
  RandomStream order_, partners_;
  std::uint32_t epoch_;
  std::vector<std::int64_t> taken_in_;  ///< the last batch that has it
  std::size_t position_ = 0;
  std::uint64_t rounds_ = 0, draws_ = 0;
};

}  // namespace

Indices images_in_pairs(const PairLabels& pairs) {
  Indices images;
  for (std::int64_t i = 0; i < pairs.images(); ++i)
    if (pairs.partners(i, Known::same) + pairs.partners(i, Known::different) > 0) images.push_back(i);
  return images;
}

std::vector<Indices> pair_batches(const PairLabels& pairs, std::int64_t size, std::int64_t count, std::uint64_t seed,
                                  std::uint32_t epoch) {
  PairSampler sampler(pairs, seed, epoch);
  std::vector<Indices> batches;
  for (std::int64_t number = 0; number < count; ++number)
    batches.push_back(sampler.batch(number, static_cast<std::size_t>(size)));
  return batches;
}

}  // namespace gramstack
