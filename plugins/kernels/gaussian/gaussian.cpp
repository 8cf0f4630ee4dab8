// k(u,v) = exp(-|u-v|^2 / (2 sigma^2)), in (0, 1]. It has no finite phi: the module above is given the similarities to
// a set of centers, which start as training examples, or what the Nystrom method makes of them (Williams and Seeger,
// 2001): phi(x) = L^-1 k(x, centers), where L L^T = k(centers, centers) + ridge I, so that <phi(x), phi(y)> is nearly
// k(x, y), and a linear layer above is as well conditioned as in the kernel's own feature space.
#include <numeric>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    real("sigma", "width: the distance at which similarity is exp(-1/2)", nullptr, 0),
    integer("centers", "number of centers in the module above", "1000", 1),
    boolean("balanced", "take the same number of centers of every class", "true"),
    boolean("trainable", "train the centers with the module above, else keep them", "false"),
    real("nystrom", "ridge of the Nystrom feature map, given instead of similarities; 0: none", "0", 0, 1),
};

class Gaussian final : public Kernel {
 public:
  explicit Gaussian(const Arguments& args)
      : sigma_(args.real("sigma")),
        centers_(args.integer("centers")),
        balanced_(args.boolean("balanced")),
        trainable_(args.boolean("trainable")),
        nystrom_(args.real("nystrom")) {
    if (sigma_ == 0) throw BadParameter("sigma", "must be above zero");
    if (nystrom_ > 0 && trainable_) throw BadParameter("nystrom", "wants centers that are kept: leave out trainable");
  }

  KernelRange range() const override { return {0, 1}; }

  Value gram(Builder& b, Value preactivation) const override {
    const Value flat = b.flatten(preactivation), x = centered(b, flat, flat);
    const Value products = b.gram(x), columns = squared_norms(b, x), rows = squared_norms(b, x);
    const Value distances = squared_distances(b, rows, columns, products);
    return similarity(b, b.multiply(distances, off_diagonal(b, b.shape(x)[0])));
  }

  Value features(Builder& b, Value preactivation) const override {
    const Value flat = b.flatten(preactivation), centers = emit_centers(b, b.shape(flat)[1]);
    const Value x = centered(b, flat, centers), c = centered(b, centers, centers);
    const Value products = b.matmul(x, c, false, true), columns = squared_norms(b, c), rows = squared_norms(b, x);
    const Value distances = squared_distances(b, rows, columns, products);
    return nystrom_ > 0 ? whitened(b, similarity(b, distances)) : similarity(b, distances);
  }

 private:
  Value emit_centers(Builder& b, std::int64_t width) const {
    const Initializer examples = Initializer::examples(balanced_);
    return trainable_ ? b.weight("centers", {centers_, width}, examples)
                      : b.state("centers", {centers_, width}, examples);
  }

  Value whitened(Builder& b, Value similarities) const {
    const Initializer inverse = Initializer::inverse_factor(balanced_, nystrom_);
    return b.matmul(similarities, b.state("factor", {centers_, centers_}, inverse), false, true);
  }

  /// x without the mean row of `of`: distances stay as they are, and keep their digits.
  static Value centered(Builder& b, Value x, Value of) { return b.subtract(x, b.mean(of, {0}, true)); }

  static Value squared_norms(Builder& b, Value x) { return b.sum(b.square(x), {1}, true); }

  /// |u|^2 + |v|^2 - 2 <u,v>, which rounding can make slightly negative.
  static Value squared_distances(Builder& b, Value rows, Value columns, Value products) {
    const Value norms = b.add(rows, b.transpose(columns));
    return b.maximum(b.subtract(norms, b.multiply(products, 2.0)), 0.0);
  }

  /// 1 but for zeros on the diagonal, where the distance is exactly 0 whatever the rounding.
  static Value off_diagonal(Builder& b, std::int64_t n) {
    std::vector<double> indices(static_cast<std::size_t>(n));
    std::iota(indices.begin(), indices.end(), 0.0);
    const Value rows = b.constant({n, 1}, indices), columns = b.constant({1, n}, indices);
    const Value above = b.greater(columns, rows);
    return b.add(b.greater(rows, columns), above);
  }

  Value similarity(Builder& b, Value distances) const { return b.exp(b.multiply(distances, -0.5 / (sigma_ * sigma_))); }

  double sigma_;
  std::int64_t centers_;
  bool balanced_, trainable_;
  double nystrom_;
};

constexpr gramstack_class kClasses[] = {
    describe<Kernel, Gaussian, kParams>("gaussian", "Gaussian of the distance, from 0 to 1"),
};

}  // namespace

GRAMSTACK_PLUGIN("gaussian", "0.1.0", kClasses, 0u)
