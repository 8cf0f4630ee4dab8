// No layers: the module's kernel is on what it is given. Below others it makes a network of kernel machines begin with
// a kernel of the images themselves.
#include "api/author.h"

namespace {

using namespace gramstack;

class Identity final : public Backbone {
 public:
  explicit Identity(const Arguments&) {}

  Value emit(Builder&, Value input, const Section&) const override { return input; }
};

constexpr gramstack_class kClasses[] = {
    describe<Backbone, Identity>("identity", "no layers: the kernel is on what the module is given"),
};

}  // namespace

GRAMSTACK_PLUGIN("identity", "0.1.0", kClasses, 0u)
