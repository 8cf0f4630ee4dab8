// What is known of pairs of images: that both are of one class, or of different ones. No class is known.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gramstack {

enum class Known { nothing, same, different };

struct PairLabel {
  std::int32_t a, b;
  bool same;
  std::int64_t line;  ///< of the file that says so, from 1
};

class PairLabels {
 public:
  /// Of images 0 .. images - 1. `infer`: what follows from the pairs is known too: who is the same as one image is the
  /// same as each other, and all of them differ from whom one of them differs from. REQUIRES: pairs of two different
  /// images of these. Throws Error(data) "FILE:LINE:1: error: ..." where pairs contradict each other.
  PairLabels(std::int64_t images, const std::vector<PairLabel>& pairs, bool infer, const std::string& file);

  std::int64_t images() const { return static_cast<std::int64_t>(group_.size()); }
  Known of(std::int64_t a, std::int64_t b) const;  ///< nothing of an image and itself
  /// How many images are known to be of the class of `image`, or of others; the `index`-th of them.
  std::int64_t partners(std::int64_t image, Known known) const;
  std::int64_t partner(std::int64_t image, Known known, std::int64_t index) const;

  /// What is known among some of the images, numbered anew in their order.
  PairLabels among(std::span<const std::int64_t> images) const;

 private:
  /// From each group to others, ascending, with the number of images in them up to each.
  struct Links {
    std::vector<std::int64_t> begin;  ///< groups + 1
    std::vector<std::int32_t> to;
    std::vector<std::int64_t> upto;

    std::span<const std::int32_t> of(std::int32_t group) const;
    bool hold(std::int32_t from, std::int32_t group) const;
  };
  using GroupPairs = std::vector<std::pair<std::int32_t, std::int32_t>>;

  PairLabels() = default;
  void list_members(std::int32_t groups);
  std::int64_t size_of(std::int32_t group) const;
  std::int64_t member(std::int32_t group, std::int64_t index) const;
  Links link(GroupPairs pairs) const;  ///< both ways
  const Links& links(Known known) const { return known == Known::same ? same_ : different_; }

  std::vector<std::int32_t> group_;  ///< of each image; without inference everyone is alone
  std::vector<std::int64_t> member_begin_;
  std::vector<std::int32_t> members_;
  Links same_, different_;  ///< same_: without inference only
};

}  // namespace gramstack
