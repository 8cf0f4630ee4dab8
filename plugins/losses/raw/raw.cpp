// Raw sum: similar pairs up, different pairs down. Objective (sum over same K - sum over different K) / known pairs.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    choice("pairs", "which pairs count: all known ones, or those of different classes only", "all", "all|negative"),
};

class Raw final : public Loss {
 public:
  explicit Raw(const Arguments& args) : negative_(args.choice("pairs") == "negative") {}

  Supervision supervision() const override { return Supervision::pairs; }

  Value emit(Builder& b, const LossInput& in) const override {
    const PairMasks& pairs = in.pairs;
    const Value signs = negative_ ? pairs.different : b.subtract(pairs.different, pairs.same);
    const Value known = negative_ ? pairs.different : b.add(pairs.different, pairs.same);
    const Value count = count_pairs(b, known);
    return b.divide(b.sum(b.multiply(in.prediction, signs)), count);
  }

 private:
  bool negative_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, Raw, kParams>("raw", "mean similarity of different pairs minus that of same pairs"),
};

}  // namespace

GRAMSTACK_PLUGIN("raw", "0.1.0", kClasses, 0u)
