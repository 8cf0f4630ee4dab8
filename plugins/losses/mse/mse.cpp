// Mean squared distance of the Gram matrix from the ideal one: k_max for same pairs and the diagonal, k_min for
// different pairs. Negative pairs only: the mean over different pairs.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    choice("pairs", "which pairs count: all known ones, or those of different classes only", "all", "all|negative"),
};

class MeanSquaredError final : public Loss {
 public:
  explicit MeanSquaredError(const Arguments& args) : negative_(args.choice("pairs") == "negative") {}

  Supervision supervision() const override { return Supervision::pairs; }

  Value emit(Builder& b, const LossInput& in) const override {
    const Value different = in.pairs.different;
    Value error = b.multiply(b.square(b.subtract(in.prediction, in.range.min)), different);
    if (negative_) return mean(b, error, different);
    const Value same = b.add(in.pairs.same, in.pairs.self);
    error = b.add(error, b.multiply(b.square(b.subtract(in.prediction, in.range.max)), same));
    return mean(b, error, b.add(different, same));
  }

 private:
  static Value mean(Builder& b, Value error, Value pairs) {
    const Value count = count_pairs(b, pairs);
    return b.divide(b.sum(error), count);
  }

  bool negative_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, MeanSquaredError, kParams>("mse", "mean squared distance from the ideal Gram matrix"),
};

}  // namespace

GRAMSTACK_PLUGIN("mse", "0.1.0", kClasses, 0u)
