// LeNet-5 with ReLU and max pooling (LeCun et al., 1998, in its present-day form).
#include "api/author.h"

namespace {

using namespace gramstack;

class LeNet5 final : public Backbone {
 public:
  explicit LeNet5(const Arguments&) {}

  Value emit(Builder& b, Value input, std::optional<std::int64_t> classes) const override {
    Value x = stage(b, "conv1", input, 6, padding(b.shape(input)));
    x = stage(b, "conv2", x, 16, 0);
    x = b.relu(b.linear_layer("fc1", b.flatten(x), 120));
    x = b.linear_layer("fc2", x, 84);
    return classes ? b.linear_layer("fc3", b.relu(x), *classes) : x;
  }

 private:
  /// Both image sizes give 28x28 maps after the first convolution.
  static std::int64_t padding(const Shape& shape) {
    if (shape.size() == 4 && shape[2] == 28 && shape[3] == 28) return 2;
    if (shape.size() == 4 && shape[2] == 32 && shape[3] == 32) return 0;
    throw Error(ExitCode::configuration,
                "backbone lenet5 wants images [n,channels,28,28] or [n,channels,32,32], got " + to_string(shape));
  }

  static Value stage(Builder& b, const char* name, Value x, std::int64_t channels, std::int64_t padding) {
    return b.max_pool(b.relu(b.conv2d_layer(name, x, channels, {5, 1, padding}, true)), {2, 2, 0});
  }
};

constexpr gramstack_class kClasses[] = {
    describe<Backbone, LeNet5>("lenet5", "LeNet-5 with ReLU, for images of 28x28 or 32x32"),
};

}  // namespace

GRAMSTACK_PLUGIN("lenet5", "0.1.0", kClasses, 0u)
