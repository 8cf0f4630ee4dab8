// Alignment: the cosine between the Gram matrix and the ideal one (k_max for same pairs and the diagonal, k_min for
// different pairs), both taken as vectors of the entries that count.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    choice("triangle",
           "upper: the entries above the diagonal; full: the whole matrix, in which the diagonal always agrees",
           "upper", "upper|full"),
    choice("pairs",
           "which pairs count: all known ones, or those of different classes only (kernels with a negative minimum)",
           "all", "all|negative"),
    boolean("centered",
            "take the mean out of the features first; as an estimator it ranks modules for other tasks better",
            "false"),
};

/// Squared norms below it count as it: an empty or all-zero matrix has alignment 0 and a finite gradient.
constexpr double kSmallestSquare = 1e-12;

class Alignment final : public Loss {
 public:
  explicit Alignment(const Arguments& args)
      : diagonal_(args.choice("triangle") == "full"),
        negative_(args.choice("pairs") == "negative"),
        centered_(args.boolean("centered")) {}

  Supervision supervision() const override { return Supervision::pairs; }

  void check(KernelRange range) const override {
    if (negative_ && range.min == 0)
      throw BadParameter(
          "pairs",
          "'negative' is undefined for a kernel whose smallest value is 0: the ideal matrix would be all "
          "zeros and has no direction to align with; use 'all', the tanh kernel, or the negative pairs "
          "of loss mse, raw, contrastive or log-contrastive");
  }

  /// Matrix and masks are symmetric, so the sums over both triangles give the cosine of the upper one exactly.
  /// Centered: Cortes, Mohri and Rostamizadeh, "Algorithms for learning kernels based on centered alignment", 2012.
  Value emit(Builder& b, const LossInput& in) const override {
    const Value known = mask(b, in.pairs);
    const Value target = ideal(b, in);
    const Value gram = centered_ ? without_mean(b, in.prediction, known_images(b, in.pairs)) : in.prediction;
    const Value product = b.sum(b.multiply(gram, target));
    const Value target_norm = norm(b, target);
    const Value norms = b.multiply(norm(b, b.multiply(gram, known)), target_norm);
    return b.negate(b.divide(product, norms));
  }

 private:
  Value similar(Builder& b, const PairMasks& pairs) const {
    return diagonal_ ? b.add(pairs.same, pairs.self) : pairs.same;
  }

  Value mask(Builder& b, const PairMasks& pairs) const {
    return negative_ ? pairs.different : b.add(similar(b, pairs), pairs.different);
  }

  Value ideal(Builder& b, const LossInput& in) const {
    if (negative_) return b.multiply(in.pairs.different, in.range.min);
    const Value near = b.multiply(similar(b, in.pairs), in.range.max);
    return in.range.min == 0 ? near : b.add(near, b.multiply(in.pairs.different, in.range.min));
  }

  static Value norm(Builder& b, Value x) { return b.sqrt(b.maximum(b.sum(b.square(x)), kSmallestSquare)); }

  bool diagonal_, negative_, centered_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, Alignment, kParams>("alignment", "cosine between the Gram matrix and the ideal one"),
};

}  // namespace

GRAMSTACK_PLUGIN("alignment", "0.1.0", kClasses, 0u)
