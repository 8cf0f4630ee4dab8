// phi(u) = flatten(average pool(relu(u))), unit-normalised: completes a convolutional module. k(u,v) in [0, 1].
#include <algorithm>
#include <string>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    integer("window", "side of the square that is averaged; 0 or more than the map's side: the whole map", "4", 0,
            kOpen, "pixels"),
};

class ReluPool final : public Kernel {
 public:
  explicit ReluPool(const Arguments& args) : window_(args.integer("window")) {}

  KernelRange range() const override { return {0, 1}; }

  Value gram(Builder& b, Value preactivation) const override { return unit_gram(b, phi(b, preactivation)); }

  Value features(Builder& b, Value preactivation) const override { return unit_features(b, phi(b, preactivation)); }

 private:
  Value phi(Builder& b, Value x) const {
    const Shape shape = b.shape(x);
    if (shape.size() != 4)
      throw Error(ExitCode::configuration, "kernel relu-pool wants feature maps [n,channels,height,width], got " +
                                               to_string(shape) + "; use relu for vectors");
    const std::int64_t height = shape[2], width = shape[3];
    const bool whole = window_ == 0 || window_ >= std::max(height, width);
    if (whole && height != width) return b.mean(b.relu(x), {2, 3});
    const std::int64_t side = whole ? height : window_;
    if (height % side != 0 || width % side != 0)
      throw BadParameter("window", "maps of " + std::to_string(height) + "x" + std::to_string(width) +
                                       " do not divide into squares of " + std::to_string(side) +
                                       "; use a divisor, or 0 for the whole map");
    return b.flatten(b.average_pool(b.relu(x), {side, side, 0}));
  }

  std::int64_t window_;
};

constexpr gramstack_class kClasses[] = {
    describe<Kernel, ReluPool, kParams>("relu-pool", "cosine of rectified, average-pooled feature maps, from 0 to 1"),
};

}  // namespace

GRAMSTACK_PLUGIN("relu-pool", "0.1.0", kClasses, 0u)
