// Log-contrastive: log of the share that same pairs have in the sum of exp(K) over all known pairs. Negative pairs
// only: log of the mean of exp(K) over different pairs, to be made small.
#include <cmath>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    choice("pairs", "which pairs count: all known ones, or those of different classes only", "all", "all|negative"),
};

class LogContrastive final : public Loss {
 public:
  explicit LogContrastive(const Arguments& args) : negative_(args.choice("pairs") == "negative") {}

  Supervision supervision() const override { return Supervision::pairs; }

  /// Without same pairs, the share is that of half a pair at k_min, so different pairs still drive the gradient.
  Value emit(Builder& b, const LossInput& in) const override {
    const double least = 0.5 * std::exp(in.range.min);
    const Value similarity = b.exp(in.prediction);
    const Value different = b.sum(b.multiply(similarity, in.pairs.different));
    if (negative_) {
      const Value count = guarded_log(b, b.sum(in.pairs.different), least);
      return b.subtract(guarded_log(b, different, least), count);
    }
    const Value same = b.sum(b.multiply(similarity, in.pairs.same));
    const Value log_same = guarded_log(b, same, least);
    return b.subtract(guarded_log(b, b.add(same, different), least), log_same);
  }

 private:
  /// Sums over no pair at all count as `least`, which any pair exceeds.
  static Value guarded_log(Builder& b, Value sum, double least) { return b.log(b.maximum(sum, least)); }

  bool negative_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, LogContrastive, kParams>("log-contrastive",
                                            "log of the share of same pairs in the sum of exp(similarity)"),
};

}  // namespace

GRAMSTACK_PLUGIN("log-contrastive", "0.1.0", kClasses, 0u)
