// Contrastive: the share that same pairs have in the sum of exp(K) over all known pairs. Negative pairs only: the mean
// of exp(K) over different pairs, to be made small.
#include <cmath>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    choice("pairs", "which pairs count: all known ones, or those of different classes only", "all", "all|negative"),
};

class Contrastive final : public Loss {
 public:
  explicit Contrastive(const Arguments& args) : negative_(args.choice("pairs") == "negative") {}

  Supervision supervision() const override { return Supervision::pairs; }

  Value emit(Builder& b, const LossInput& in) const override {
    const Value similarity = b.exp(in.prediction);
    const Value different = b.sum(b.multiply(similarity, in.pairs.different));
    if (negative_) return b.divide(different, count_pairs(b, in.pairs.different));
    const Value same = b.sum(b.multiply(similarity, in.pairs.same));
    // One pair alone gives exp(k_min): half of it is a divisor that any known pair exceeds.
    const Value all = b.maximum(b.add(same, different), 0.5 * std::exp(in.range.min));
    return b.negate(b.divide(same, all));
  }

 private:
  bool negative_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, Contrastive, kParams>("contrastive", "share of same pairs in the sum of exp(similarity)"),
};

}  // namespace

GRAMSTACK_PLUGIN("contrastive", "0.1.0", kClasses, 0u)
