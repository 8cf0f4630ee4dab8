// Cross-entropy of the softmax of the scores, mean over labelled images. A row of one_hot that is all zero is an image
// without a label and counts nothing.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    real("label_smoothing", "share of the target that is spread evenly over all classes", "0", 0, 1),
};

class CrossEntropy final : public Loss {
 public:
  explicit CrossEntropy(const Arguments& args) : smoothing_(args.real("label_smoothing")) {}

  Supervision supervision() const override { return Supervision::labels; }

  /// -sum_c t_c log softmax(s)_c = logsumexp(s) - sum_c t_c s_c, since the targets t sum to 1.
  Value emit(Builder& b, const LossInput& in) const override {
    const Value labelled = b.sum(in.one_hot, {1}, true);
    const Value partition = b.sum(b.multiply(b.logsumexp(in.prediction, {1}, true), labelled));
    const Value score = b.sum(b.multiply(in.prediction, target(b, in.one_hot, labelled)));
    const Value images = count_pairs(b, labelled);
    return b.divide(b.subtract(partition, score), images);
  }

 private:
  Value target(Builder& b, Value one_hot, Value labelled) const {
    if (smoothing_ == 0) return one_hot;
    const double classes = static_cast<double>(b.shape(one_hot)[1]);
    const Value spread = b.multiply(labelled, smoothing_ / classes);
    return b.add(b.multiply(one_hot, 1 - smoothing_), spread);
  }

  double smoothing_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, CrossEntropy, kParams>("cross-entropy", "cross-entropy of the softmax of the scores"),
};

}  // namespace

GRAMSTACK_PLUGIN("cross-entropy", "0.1.0", kClasses, 0u)
