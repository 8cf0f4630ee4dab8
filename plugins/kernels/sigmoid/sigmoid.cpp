// phi(u) = sigmoid(u), unit-normalised: k(u,v) in [0, 1].
#include "api/author.h"

namespace {

using namespace gramstack;

class Sigmoid final : public Kernel {
 public:
  explicit Sigmoid(const Arguments&) {}

  KernelRange range() const override { return {0, 1}; }

  Value gram(Builder& b, Value preactivation) const override { return unit_gram(b, b.sigmoid(preactivation)); }

  Value features(Builder& b, Value preactivation) const override { return unit_features(b, b.sigmoid(preactivation)); }
};

constexpr gramstack_class kClasses[] = {
    describe<Kernel, Sigmoid>("sigmoid", "cosine of the logistic sigmoids, from 0 to 1"),
};

}  // namespace

GRAMSTACK_PLUGIN("sigmoid", "0.1.0", kClasses, 0u)
