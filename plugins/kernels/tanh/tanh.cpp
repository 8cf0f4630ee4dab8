// phi(u) = tanh(u), unit-normalised: k(u,v) in [-1, 1].
#include "api/author.h"

namespace {

using namespace gramstack;

class Tanh final : public Kernel {
 public:
  explicit Tanh(const Arguments&) {}

  KernelRange range() const override { return {-1, 1}; }

  Value gram(Builder& b, Value preactivation) const override { return unit_gram(b, b.tanh(preactivation)); }

  Value features(Builder& b, Value preactivation) const override { return unit_features(b, b.tanh(preactivation)); }
};

constexpr gramstack_class kClasses[] = {
    describe<Kernel, Tanh>("tanh", "cosine of the hyperbolic tangents, from -1 to 1"),
};

}  // namespace

GRAMSTACK_PLUGIN("tanh", "0.1.0", kClasses, 0u)
