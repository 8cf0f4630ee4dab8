// Two passes over a batch: sums of every group of channels, and what is done with them. Each thread has images of its
// own, so that what the second pass reads is what the threads together read last, and little of it; groups are taken in
// bundles that stay in the cache. Sums are of fixed chunks of images, added in order: bits do not depend on threads.
#pragma once

#include <algorithm>
#include <array>

#include "plan.h"
#include "threads.h"

namespace gramstack::onednn {

/// How the channels of a tensor [n][c] or [n][c][h][w] lie in memory: group by group, eight or one side by side.
struct Channels {
  explicit Channels(const Tensor& x) {
    const Shape& shape = x.shape();
    channels = shape[1];
    images = shape[0];
    pixels = shape.size() == 4 ? shape[2] * shape[3] : 1;
    eight = x.layout == Layout::blocked || (pixels == 1 && channels % kBlock == 0);
    stride = (eight ? blocks(channels) * kBlock : channels) * pixels;
  }
  Index groups() const { return eight ? blocks(channels) : channels; }
  Index lanes() const { return eight ? kBlock : 1; }
  /// Channels of a group that are not padding.
  Index valid(Index group) const { return std::min(lanes(), channels - group * lanes()); }
  Index offset(Index group) const { return group * lanes() * pixels; }

  Index images = 0, channels = 0, pixels = 0, stride = 0;
  bool eight = false;
};

/// Two sums for each channel of a group.
using GroupSums = std::array<double, 2 * kBlock>;

class NormPasses {
 public:
  NormPasses(Preparation& preparation, const Channels& channels)
      : channels_(channels),
        chunk_(std::max<Index>(1, kChunkPixels / channels.pixels)),
        chunks_((channels.images + chunk_ - 1) / chunk_),
        bundle_(std::max<Index>(1, kBundleBytes / (channels.images * channels.pixels * channels.lanes() * 4))),
        parts_(static_cast<int>(
            std::min<Index>(parts_for(2 * channels.images * channels.stride, preparation.threads()), chunks_))),
        partial_(preparation.workspace(static_cast<std::size_t>(channels.groups() * chunks_) * sizeof(GroupSums))) {}

  /// summing(group) gives what sums chunks of images of that group: (first image, end, double* sums). Then
  /// finish(group, first image, end, GroupSums, whether this is the first part) for shares of them.
  template <class Summing, class Finish>
  void run(const Summing& summing, const Finish& finish) const {
    parallel(parts_, [&](int part) {
      const Index begin = chunks_ * part / parts_, end = chunks_ * (part + 1) / parts_;
      for (Index first = 0; first < channels_.groups(); first += bundle_) {
        const Index last = std::min(first + bundle_, channels_.groups());
        for (Index group = first; group < last; ++group) sum_chunks(group, begin, end, summing(group));
        barrier();
        for (Index group = first; group < last; ++group)
          finish(group, image(begin), image(end), total(group), part == 0);
      }
    });
  }

 private:
  static constexpr Index kChunkPixels = 64;
  static constexpr Index kBundleBytes = Index{2} << 20;

  template <class Sum>
  void sum_chunks(Index group, Index begin, Index end, const Sum& sum) const {
    for (Index chunk = begin; chunk < end; ++chunk) sum(image(chunk), image(chunk + 1), at(group, chunk)->data());
  }
  Index image(Index chunk) const { return std::min(chunk * chunk_, channels_.images); }
  GroupSums* at(Index group, Index chunk) const { return partial_->data<GroupSums>() + group * chunks_ + chunk; }
  GroupSums total(Index group) const {
    GroupSums sums{};
    for (Index chunk = 0; chunk < chunks_; ++chunk)
      for (Index i = 0; i < 2 * channels_.lanes(); ++i)
        sums[static_cast<std::size_t>(i)] += (*at(group, chunk))[static_cast<std::size_t>(i)];
    return sums;
  }

  Channels channels_;
  Index chunk_, chunks_, bundle_;  ///< images of a sum, sums a group, groups between two waits
  int parts_;
  const Workspace* partial_;
};

}  // namespace gramstack::onednn
