// Adam with decoupled weight decay (Kingma and Ba, 2015; Loshchilov and Hutter, 2019). weight_decay 0: plain Adam.
#include <cmath>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr double kBelowOne = 1 - 1e-9;

constexpr gramstack_param kParams[] = {
    real("lr", "learning rate", "1e-3", 0),
    real("beta1", "decay of the mean of gradients", "0.9", 0, kBelowOne),
    real("beta2", "decay of the mean of squared gradients", "0.999", 0, kBelowOne),
    real("epsilon", "added to the root of the mean square", "1e-8", 0),
    real("weight_decay", "share of a parameter that a step of rate 1 takes away", "1e-2", 0),
};

class AdamW final : public Optimizer {
 public:
  explicit AdamW(const Arguments& args)
      : rate_(args.real("lr")),
        beta1_(args.real("beta1")),
        beta2_(args.real("beta2")),
        epsilon_(args.real("epsilon")),
        decay_(args.real("weight_decay")) {
    if (epsilon_ == 0)
      throw BadParameter("epsilon", "must be above zero: it keeps steps finite where gradients vanish");
  }

  double learning_rate() const override { return rate_; }

  Value emit(Builder& b, const Descent& d) const override {
    const Builder::Scope scope = b.scope(d.name);
    const Value mean = average(b, "mean", d.gradient, beta1_);
    const Value square = average(b, "square", b.square(d.gradient), beta2_);
    const Value root = b.sqrt(b.divide(square, correction(b, d.step, beta2_)));
    const Value rate = b.divide(d.learning_rate, correction(b, d.step, beta1_));
    const Value divisor = b.add(root, epsilon_);
    const Value step = b.divide(b.multiply(mean, rate), divisor);
    return b.subtract(decayed(b, d), step);
  }

 private:
  static Value average(Builder& b, const char* name, Value sample, double beta) {
    const Value slot = b.slot(name, b.shape(sample));
    const Value taken = b.multiply(sample, 1 - beta);
    const Value average = b.add(b.multiply(slot, beta), taken);
    b.update(slot, average);
    return average;
  }

  /// 1 - beta^step = 2 t / (1 + t) with t = tanh(-step log(beta) / 2), which loses no digits while it is small.
  static Value correction(Builder& b, Value step, double beta) {
    if (beta == 0) return b.constant(1);
    const Value t = b.tanh(b.multiply(step, -0.5 * std::log(beta)));
    const Value divisor = b.add(t, 1.0);
    return b.divide(b.multiply(t, 2.0), divisor);
  }

  Value decayed(Builder& b, const Descent& d) const {
    if (decay_ == 0 || !d.decay) return d.parameter;
    return b.subtract(d.parameter, b.multiply(d.parameter, b.multiply(d.learning_rate, decay_)));
  }

  double rate_, beta1_, beta2_, epsilon_, decay_;
};

constexpr gramstack_class kClasses[] = {
    describe<Optimizer, AdamW, kParams>("adamw", "Adam with decoupled weight decay"),
};

}  // namespace

GRAMSTACK_PLUGIN("adamw", "0.1.0", kClasses, 0u)
