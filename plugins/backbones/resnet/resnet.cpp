// Residual network for small images (He et al., 2016): a 3x3 stem of stride 1 and four stages of strides 1, 2, 2, 2.
#include <array>
#include <cmath>
#include <string>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    integer("depth", "number of layers: 18, 34, 50, 101 or 152", "18", 18, 152),
    integer("width", "channels of the first stage; every further stage has twice as many", "64", 1, 4096, "channels"),
};

/// Blocks of each stage; a bottleneck block has three convolutions and four times the stage's channels.
struct Plan {
  std::int64_t depth;
  std::array<int, 4> blocks;
  bool bottleneck;
};

constexpr Plan kPlans[] = {{18, {2, 2, 2, 2}, false},
                           {34, {3, 4, 6, 3}, false},
                           {50, {3, 4, 6, 3}, true},
                           {101, {3, 4, 23, 3}, true},
                           {152, {3, 8, 36, 3}, true}};

const Plan& plan_of(std::int64_t depth) {
  for (const Plan& plan : kPlans)
    if (plan.depth == depth) return plan;
  throw BadParameter("depth", "wants 18, 34, 50, 101 or 152, got " + std::to_string(depth));
}

/// Convolution and batch normalisation. Weights: normal with variance 2 / fan out (He et al., 2015).
Value conv_norm(Builder& b, const std::string& index, Value x, std::int64_t channels, Window window) {
  const std::int64_t inputs = b.shape(x)[1];
  const double fan_out = static_cast<double>(channels * window.size * window.size);
  Value y;
  {
    const Builder::Scope scope = b.scope("conv" + index);
    const Value weights =
        b.weight("weight", {channels, inputs, window.size, window.size}, Initializer::normal(std::sqrt(2 / fan_out)));
    y = b.conv2d(x, weights, window);
  }
  return b.batch_norm_layer("norm" + index, y);
}

Value basic(Builder& b, Value x, std::int64_t channels, std::int64_t stride) {
  const Value y = b.relu(conv_norm(b, "1", x, channels, {3, stride, 1}));
  return conv_norm(b, "2", y, channels, {3, 1, 1});
}

Value bottleneck(Builder& b, Value x, std::int64_t channels, std::int64_t stride) {
  Value y = b.relu(conv_norm(b, "1", x, channels, {1, 1, 0}));
  y = b.relu(conv_norm(b, "2", y, channels, {3, stride, 1}));
  return conv_norm(b, "3", y, 4 * channels, {1, 1, 0});
}

/// The block's output before its last ReLU.
Value block(Builder& b, Value x, std::int64_t channels, std::int64_t stride, bool is_bottleneck) {
  const Value residual = is_bottleneck ? bottleneck(b, x, channels, stride) : basic(b, x, channels, stride);
  if (b.shape(x) == b.shape(residual)) return b.add(residual, x);
  const Builder::Scope scope = b.scope("shortcut");
  return b.add(residual, conv_norm(b, "", x, b.shape(residual)[1], {1, stride, 0}));
}

/// The mean of every map, as a matrix.
Value global_average(Builder& b, Value x) {
  const std::int64_t height = b.shape(x)[2], width = b.shape(x)[3];
  return height == width ? b.flatten(b.average_pool(x, {height, height, 0})) : b.mean(x, {2, 3});
}

class ResNet final : public Backbone {
 public:
  explicit ResNet(const Arguments& args) : plan_(plan_of(args.integer("depth"))), width_(args.integer("width")) {}

  std::vector<std::string> cuts() const override {
    std::vector<std::string> cuts{"stem"};
    for (std::size_t stage = 0; stage < plan_.blocks.size(); ++stage)
      for (int index = 0; index < plan_.blocks[stage]; ++index) cuts.push_back(end_of(stage, index));
    return cuts;
  }

  Value emit(Builder& b, Value input, const Section& section) const override {
    if (b.shape(input).size() != 4)
      throw Error(ExitCode::configuration,
                  "backbone resnet wants images [n,channels,height,width], got " + to_string(b.shape(input)));
    const Value x = stages(b, section.holds("stem") ? stem(b, input) : input, section);
    if (!section.classes()) return x;
    return b.linear_layer("fc", global_average(b, section.follows(cuts().back()) ? x : b.relu(x)), *section.classes());
  }

 private:
  static std::string block_name(std::size_t stage, int index) {
    return "stage" + std::to_string(stage + 1) + "/block" + std::to_string(index + 1);
  }

  /// The cut point at the end of a block: the last one of a stage is called by the stage.
  std::string end_of(std::size_t stage, int index) const {
    return index + 1 == plan_.blocks[stage] ? "stage" + std::to_string(stage + 1) : block_name(stage, index);
  }

  Value stem(Builder& b, Value input) const {
    const Builder::Scope scope = b.scope("stem");
    return conv_norm(b, "", input, width_, {3, 1, 1});
  }

  /// Pre-activations throughout: every block starts with the ReLU that ends the one before it.
  Value stages(Builder& b, Value x, const Section& section) const {
    std::string below = "stem";
    std::int64_t channels = width_;
    for (std::size_t stage = 0; stage < plan_.blocks.size(); ++stage, channels *= 2) {
      for (int index = 0; index < plan_.blocks[stage]; ++index) {
        const std::string end = end_of(stage, index);
        if (section.holds(end)) {
          const Builder::Scope scope = b.scope(block_name(stage, index));
          x = block(b, section.follows(below) ? x : b.relu(x), channels, stage > 0 && index == 0 ? 2 : 1,
                    plan_.bottleneck);
        }
        below = end;
      }
    }
    return x;
  }

  const Plan& plan_;
  std::int64_t width_;
};

constexpr gramstack_class kClasses[] = {
    describe<Backbone, ResNet, kParams>("resnet", "residual network for small images"),
};

}  // namespace

GRAMSTACK_PLUGIN("resnet", "0.1.0", kClasses, 0u)
