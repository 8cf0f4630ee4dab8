// Mean distance from the ideal Gram matrix: |K - ideal| beyond a margin.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    real("margin", "distance that costs nothing", "0", 0, 2),
};

class Absolute final : public Loss {
 public:
  explicit Absolute(const Arguments& args) : margin_(args.real("margin")) {}

  Supervision supervision() const override { return Supervision::pairs; }

  Value emit(Builder& b, const LossInput& in) const override {
    const PairMasks& pairs = in.pairs;
    const Value known = b.add(pairs.same, pairs.different);
    const Value near = b.multiply(pairs.same, in.range.max), far = b.multiply(pairs.different, in.range.min);
    const Value error = b.subtract(in.prediction, b.add(near, far));
    const Value distance = b.maximum(error, b.negate(error));
    const Value excess = b.maximum(b.subtract(distance, margin_), 0.0);
    const Value count = count_pairs(b, known);
    return b.divide(b.sum(b.multiply(excess, known)), count);
  }

 private:
  double margin_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, Absolute, kParams>("absolute", "mean distance from the ideal Gram matrix"),
};

}  // namespace

GRAMSTACK_PLUGIN("absolute", "0.1.0", kClasses, 0u)
