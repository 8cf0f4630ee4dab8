// phi(u) = relu(u), unit-normalised: k(u,v) in [0, 1].
#include "api/author.h"

namespace {

using namespace gramstack;

class Relu final : public Kernel {
 public:
  explicit Relu(const Arguments&) {}

  KernelRange range() const override { return {0, 1}; }

  Value gram(Builder& b, Value preactivation) const override { return unit_gram(b, b.relu(preactivation)); }

  Value features(Builder& b, Value preactivation) const override { return unit_features(b, b.relu(preactivation)); }
};

constexpr gramstack_class kClasses[] = {
    describe<Kernel, Relu>("relu", "cosine of the rectified values, from 0 to 1"),
};

}  // namespace

GRAMSTACK_PLUGIN("relu", "0.1.0", kClasses, 0u)
