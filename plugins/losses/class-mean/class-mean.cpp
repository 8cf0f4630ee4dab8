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
    const Value others = b.maximum(b.sum(in.pairs.same, {1}, true), 1.0);
    const Value near = b.divide(b.sum(b.multiply(in.prediction, in.pairs.same), {1}, true), others);
    const Value far = b.divide(b.matmul(in.prediction, members), sizes);
    const Value own = scaled_exp(b, near);
    const Value weights = b.divide(in.pairs.different, sizes);
    const Value foreign = b.multiply(scaled_exp(b, far), weights);
    const Value all = b.add(own, b.sum(foreign, {1}, true));
    const Value scaled = b.divide(near, temperature_);
    const Value losses = b.subtract(b.log(all), scaled);
    const Value half = b.constant(0.5);
    const Value counts = b.greater(b.sum(in.pairs.same, {1}, true), half);
    const Value images = count_pairs(b, counts);
    return b.divide(b.sum(b.multiply(losses, counts)), images);
  }

 private:
  Value scaled_exp(Builder& b, Value x) const { return b.exp(b.divide(x, temperature_)); }

  double temperature_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, ClassMean, kParams>("class-mean", "cross-entropy of the mean similarities to the batch's classes"),
};

}  // namespace

GRAMSTACK_PLUGIN("class-mean", "0.1.0", kClasses, 0u)
