// Multi-class hinge: mean over labelled images of the sum over wrong classes j of max(0, margin - s_y + s_j)^p, divided
// by the number of classes. A row of one_hot that is all zero is an image without a label and counts nothing.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    real("margin", "lead over every other class at which an image costs nothing", "1", 0, kOpen, "score"),
    integer("power", "1: linear, 2: squared hinge", "1", 1, 2),
};

class Hinge final : public Loss {
 public:
  explicit Hinge(const Arguments& args) : margin_(args.real("margin")), squared_(args.integer("power") == 2) {}

  Supervision supervision() const override { return Supervision::labels; }

  Value emit(Builder& b, const LossInput& in) const override {
    const Value labelled = b.sum(in.one_hot, {1}, true);
    const Value right = b.sum(b.multiply(in.prediction, in.one_hot), {1}, true);
    Value violation = b.relu(b.add(b.subtract(in.prediction, right), margin_));
    if (squared_) violation = b.square(violation);
    const Value wrong = b.subtract(labelled, in.one_hot);
    const double classes = static_cast<double>(b.shape(in.one_hot)[1]);
    const Value terms = b.multiply(count_pairs(b, labelled), classes);
    return b.divide(b.sum(b.multiply(violation, wrong)), terms);
  }

 private:
  double margin_;
  bool squared_;
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, Hinge, kParams>("hinge", "multi-class hinge: wrong classes must trail by a margin"),
};

}  // namespace

GRAMSTACK_PLUGIN("hinge", "0.1.0", kClasses, 0u)
