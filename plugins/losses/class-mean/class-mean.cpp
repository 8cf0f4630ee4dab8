// Class mean: an image's similarity to a class is its mean similarity to the batch's other images of that class; the
// loss is the cross-entropy of these similarities with the image's own class. A class is an image with all that are
// known to be of the same class, so that pairs suffice; each class counts once, however many images it has.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    real("temperature", "what similarities are divided by; small: only close calls count", "0.1", 0.02, 100),
};

class ClassMean final : public Loss {
 public:
  explicit ClassMean(const Arguments& args) : temperature_(args.real("temperature")) {}

  Supervision supervision() const override { return Supervision::pairs; }

  /// Images of which no same pair is known have no class to be near to and count nothing.
  Value emit(Builder& b, const LossInput& in) const override {
    const Value members = b.add(in.pairs.same, in.pairs.self);
    const Value sizes = b.sum(members, {0}, true);
    const Value near = b.divide(b.sum(b.multiply(in.prediction, in.pairs.same), {1}, true), others(b, in));
    const Value far = b.divide(b.matmul(in.prediction, members), sizes);
    const Value own = scaled_exp(b, near);
    const Value foreign = b.multiply(scaled_exp(b, far), b.divide(in.pairs.different, sizes));
    const Value all = b.add(own, b.sum(foreign, {1}, true));
    const Value losses = b.subtract(b.log(all), b.divide(near, temperature_));
    const Value counts = b.greater(b.sum(in.pairs.same, {1}, true), b.constant(0.5));
    return b.divide(b.sum(b.multiply(losses, counts)), count_pairs(b, counts));
  }

 private:
  /// Images known to be of the same class as each image, at least 1.
  static Value others(Builder& b, const LossInput& in) { return b.maximum(b.sum(in.pairs.same, {1}, true), 1.0); }

  Value scaled_exp(Builder& b, Value x) const { return b.exp(b.divide(x, temperature_)); }

  double temperature_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, ClassMean, kParams>("class-mean", "cross-entropy of the mean similarities to the batch's classes"),
};

}  // namespace

GRAMSTACK_PLUGIN("class-mean", "0.1.0", kClasses, 0u)
