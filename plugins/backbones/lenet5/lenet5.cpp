// LeNet-5 with ReLU and max pooling (LeCun et al., 1998, in its present-day form).
#include "api/author.h"

namespace {

using namespace gramstack;

class LeNet5 final : public Backbone {
 public:
  explicit LeNet5(const Arguments&) {}

  std::vector<std::string> cuts() const override { return {"conv1", "conv2", "fc1", "fc2"}; }

  Value emit(Builder& b, Value x, const Section& section) const override {
    const auto activated = [&](const char* cut) { return section.follows(cut) ? x : b.relu(x); };
    if (section.holds("conv1")) x = b.conv2d_layer("conv1", x, 6, {5, 1, padding(b.shape(x))}, true);
    if (section.holds("conv2")) x = b.conv2d_layer("conv2", pooled(b, activated("conv1")), 16, {5, 1, 0}, true);
    if (section.holds("fc1")) x = b.linear_layer("fc1", b.flatten(pooled(b, activated("conv2"))), 120);
    if (section.holds("fc2")) x = b.linear_layer("fc2", activated("fc1"), 84);
    return section.classes() ? b.linear_layer("fc3", activated("fc2"), *section.classes()) : x;
  }

 private:
  /// Both image sizes give 28x28 maps after the first convolution.
  static std::int64_t padding(const Shape& shape) {
    if (shape.size() == 4 && shape[2] == 28 && shape[3] == 28) return 2;
    if (shape.size() == 4 && shape[2] == 32 && shape[3] == 32) return 0;
    throw Error(ExitCode::configuration,
                "backbone lenet5 wants images [n,channels,28,28] or [n,channels,32,32], got " + to_string(shape));
  }

  static Value pooled(Builder& b, Value x) {
    if (b.shape(x).size() == 4) return b.max_pool(x, {2, 2, 0});
    throw Error(
        ExitCode::configuration,
        "backbone lenet5 wants maps [n,channels,height,width] after a convolution, got " + to_string(b.shape(x)));
  }
};

constexpr gramstack_class kClasses[] = {
    describe<Backbone, LeNet5>("lenet5", "LeNet-5 with ReLU, for images of 28x28 or 32x32"),
};

}  // namespace

GRAMSTACK_PLUGIN("lenet5", "0.1.0", kClasses, 0u)
