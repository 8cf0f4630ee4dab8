// Stochastic gradient descent. With momentum m: buffer = m buffer + g, where g = gradient + weight_decay parameter.
#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    real("lr", "learning rate", nullptr, 0),
    real("momentum", "share of the last step's direction that is kept", "0", 0, 1),
    boolean("nesterov", "look ahead along the momentum", "false"),
    real("weight_decay", "pull of every parameter towards 0, as part of the gradient", "0", 0),
};

class Sgd final : public Optimizer {
 public:
  explicit Sgd(const Arguments& args)
      : rate_(args.real("lr")),
        momentum_(args.real("momentum")),
        decay_(args.real("weight_decay")),
        nesterov_(args.boolean("nesterov")) {
    if (nesterov_ && momentum_ == 0) throw BadParameter("nesterov", "needs a momentum above 0");
  }

  double learning_rate() const override { return rate_; }

  Value emit(Builder& b, const Descent& d) const override {
    Value gradient = d.gradient;
    if (decay_ != 0 && d.decay) gradient = b.add(gradient, b.multiply(d.parameter, decay_));
    return b.subtract(d.parameter, b.multiply(direction(b, d, gradient), d.learning_rate));
  }

 private:
  Value direction(Builder& b, const Descent& d, Value gradient) const {
    if (momentum_ == 0) return gradient;
    const Builder::Scope scope = b.scope(d.name);
    const Value slot = b.slot("momentum", b.shape(d.parameter));
    const Value buffer = b.add(b.multiply(slot, momentum_), gradient);
    b.update(slot, buffer);
    return nesterov_ ? b.add(gradient, b.multiply(buffer, momentum_)) : buffer;
  }

  double rate_, momentum_, decay_;
  bool nesterov_;
};

constexpr gramstack_class kClasses[] = {
    describe<Optimizer, Sgd, kParams>("sgd", "stochastic gradient descent with momentum"),
};

}  // namespace

GRAMSTACK_PLUGIN("sgd", "0.1.0", kClasses, 0u)
