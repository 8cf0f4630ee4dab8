// Supervised contrastive (Khosla et al., 2020): for each image the mean over its same pairs of the cross-entropy of
// that pair's similarity among those to all other images.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    real("temperature", "what similarities are divided by; small: only close calls count", "0.1", 0.02, 100),
};

class SupervisedContrastive final : public Loss {
 public:
  explicit SupervisedContrastive(const Arguments& args) : temperature_(args.real("temperature")) {}

  Supervision supervision() const override { return Supervision::pairs; }

  /// Images of which no same pair is known count nothing.
  Value emit(Builder& b, const LossInput& in) const override {
    const Value scaled = b.divide(in.prediction, temperature_);
    const Value known = b.add(in.pairs.same, in.pairs.different);
    const Value others = b.sum(in.pairs.same, {1}, true);
    const Value divisor = b.maximum(others, 1.0);
    const Value near = b.divide(b.sum(b.multiply(scaled, in.pairs.same), {1}, true), divisor);
    // An image without any known pair has a sum of 0: what is added then is taken away by `counts`.
    const Value counts = b.greater(others, b.constant(0.5));
    const Value alone = b.subtract(b.constant(1), counts);
    const Value all = b.add(b.sum(b.multiply(b.exp(scaled), known), {1}, true), alone);
    const Value losses = b.subtract(b.log(all), near);
    const Value images = count_pairs(b, counts);
    return b.divide(b.sum(b.multiply(losses, counts)), images);
  }

 private:
  double temperature_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, SupervisedContrastive, kParams>("supervised-contrastive",
                                                   "cross-entropy of each same pair among all pairs of its image"),
};

}  // namespace

GRAMSTACK_PLUGIN("supervised-contrastive", "0.1.0", kClasses, 0u)
