// Kernel dimension reduction: the share of the classes that ridge regression on the features leaves unexplained,
//   unexplained(T) = epsilon tr(T (K/n + epsilon I)^-1) / tr(T)
// with K the Gram matrix and T the ideal one, the mean taken out of both (Fukumizu, Bach and Jordan, "Kernel dimension
// reduction in regression", 2009). The loss divides it by unexplained(I), what is left of random classes on average, so
// that features gain nothing by explaining everything: 1 is chance, 0 the best.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    real("epsilon", "the ridge; directions of the features with less variance than it count little", "1e-3", 1e-4, 1),
};

/// The images with known pairs, in whose number and mean the others do not count.
class Known {
 public:
  Known(Builder& b, const PairMasks& pairs)
      : pairs_(b.add(pairs.same, pairs.different)),
        images_(known_images(b, pairs)),
        both_(b.multiply(images_, b.transpose(images_))),
        count_(count_pairs(b, images_)) {}

  Value pairs() const { return pairs_; }
  Value count() const { return count_; }

  /// H M H of a symmetric M, where H takes out the mean of the known images and leaves 0 for the others.
  Value centered(Builder& b, Value matrix) const { return b.multiply(without_mean(b, matrix, images_), both_); }

  /// H A of rows A, one an image.
  Value centered_rows(Builder& b, Value rows) const {
    const Value mean = b.divide(b.matmul(images_, rows, true), count_);
    return b.multiply(b.subtract(rows, mean), images_);
  }

 private:
  Value pairs_, images_, both_, count_;
};

/// The inverse of a matrix whose eigenvalues are within [smallest, largest], by Newton and Schulz's iteration
/// X <- X (2I - A X). It takes eigenvalues of A X in [low, 2 - low] to [low (2 - low), 1]; a factor puts these around 1
/// again, so that low grows by nearly 4 a step, and the number of steps is of log(largest / smallest).
class NewtonSchulz {
 public:
  NewtonSchulz(double smallest, double largest)
      : scale_(2 / (smallest + largest)), low_(smallest * scale_), factor_(next_factor()) {}

  Value inverse(Builder& b, Value a, Value identity) {
    // The first step is from a multiple of the identity, and needs no product.
    const Value scaled = b.multiply(a, scale_ * scale_ * factor_);
    Value x = b.subtract(b.multiply(identity, 2 * scale_ * factor_), scaled);
    while (1 - low_ > kPrecision) {
      factor_ = next_factor();
      const Value twice = b.multiply(identity, 2 * factor_);
      x = b.matmul(x, b.subtract(twice, b.multiply(b.matmul(a, x), factor_)));
    }
    return x;
  }

 private:
  static constexpr double kPrecision = 1e-6;

  double next_factor() {
    const double least = low_ * (2 - low_), factor = 2 / (1 + least);
    low_ = factor * least;
    return factor;
  }

  double scale_, low_, factor_;
};

/// R = epsilon (K/n + epsilon I)^-1: of the Gram matrix or, where these are far fewer than the images, of the features
/// A that it is made of, K = A A^T: then R = I - A (A^T A/n + epsilon I)^-1 A^T / n.
class Ridge {
 public:
  Ridge(Builder& b, const LossInput& in, const Known& known, double epsilon)
      : features_(few_features(b, in)), count_(known.count()), epsilon_(epsilon) {
    if (features_) features_ = known.centered_rows(b, features_);
    const Value products = features_ ? b.matmul(features_, features_, true) : known.centered(b, in.prediction);
    const Value identity = features_ ? identity_like(b, products) : in.pairs.self;
    const Value ridge = b.multiply(identity, epsilon);
    const Value ridged = b.add(b.divide(products, count_), ridge);
    inverse_ = NewtonSchulz(epsilon, in.range.max + epsilon).inverse(b, ridged, identity);
  }

  /// tr(T R) of a symmetric T without mean, whose trace is given.
  Value leaves(Builder& b, Value target, Value trace) const {
    if (!features_) return b.multiply(b.sum(b.multiply(target, inverse_)), epsilon_);
    const Value along = b.matmul(features_, b.matmul(target, features_), true);
    return b.subtract(trace, b.divide(b.sum(b.multiply(along, inverse_)), count_));
  }

 private:
  static constexpr std::int64_t kManyImages = 64;  ///< the inverse of fewer costs next to nothing, and rounds less

  static Value few_features(const Builder& b, const LossInput& in) {
    const Value x = b.gram_operand(in.prediction);
    if (!x || b.shape(x)[0] < kManyImages || 2 * b.shape(x)[1] > b.shape(x)[0]) return {};
    return x;
  }

  static Value identity_like(Builder& b, Value matrix) {
    const std::int64_t n = b.shape(matrix)[0];
    std::vector<double> values(static_cast<std::size_t>(n * n));
    for (std::int64_t i = 0; i < n; ++i) values[static_cast<std::size_t>(i * (n + 1))] = 1;
    return b.constant({n, n}, std::move(values));
  }

  Value features_, count_, inverse_;  ///< features: none where the Gram matrix is inverted
  double epsilon_;
};

class KernelDimensionReduction final : public Loss {
 public:
  explicit KernelDimensionReduction(const Arguments& args) : epsilon_(args.real("epsilon")) {}

  Supervision supervision() const override { return Supervision::pairs; }

  /// Eigenvalues of K/n are at most its trace, the largest value of the kernel.
  Value emit(Builder& b, const LossInput& in) const override {
    const Known known(b, in.pairs);
    const Ridge ridge(b, in, known, epsilon_);
    const auto unexplained = [&](Value target) {
      const Value trace = b.sum(b.multiply(target, in.pairs.self));
      const Value divisor = b.maximum(trace, kSmallest);
      return b.divide(ridge.leaves(b, target, trace), divisor);
    };
    const Value classes = unexplained(known.centered(b, ideal(b, in.pairs, known.pairs())));
    const Value chance = unexplained(known.centered(b, in.pairs.self));
    return b.divide(classes, b.maximum(chance, kSmallest));
  }

 private:
  /// Traces below it are of no known pair, or of none of different classes: there is nothing to explain, and no loss.
  static constexpr double kSmallest = 1e-12;

  /// Unknown pairs count as the mean of the known ones, which is subtracted from all.
  static Value ideal(Builder& b, const PairMasks& pairs, Value known) {
    const Value count = count_pairs(b, known);
    const Value mean = b.divide(b.sum(pairs.same), count);
    const Value means = b.multiply(b.add(known, pairs.self), mean);
    return b.subtract(b.add(pairs.same, pairs.self), means);
  }

  double epsilon_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, KernelDimensionReduction, kParams>(
        "kernel-dimension-reduction", "share of the classes that ridge regression on the features leaves unexplained"),
};

}  // namespace

GRAMSTACK_PLUGIN("kernel-dimension-reduction", "0.1.0", kClasses, 0u)
