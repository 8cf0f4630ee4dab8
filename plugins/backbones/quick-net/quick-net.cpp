// A convolutional network that learns small images in few epochs: a frozen layer that whitens patches of 2x2 pixels,
// then three groups of two 3x3 convolutions that start as identities, each group halving the map. Batch normalisation
// has no trained scale, and its shift learns at a rate of its own.
#include <array>
#include <cmath>
#include <string>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    integers("widths", "channels of each group", "[64, 256, 256]", 1, 4096, "channels"),
    choice("activation", "nonlinearity between the layers; gelu: x sigmoid(1.702 x)", "relu", "relu|gelu"),
    real("shift_rate", "factor on the learning rate of batch normalisation's shifts", "64", 0, 1e6),
    real("momentum", "share of a batch in batch normalisation's running statistics", "0.4", 0, 1),
};

constexpr double kPatchEpsilon = 5e-4, kNormEpsilon = 1e-5;

class QuickNet final : public Backbone {
 public:
  explicit QuickNet(const Arguments& args)
      : widths_(args.integers("widths")),
        gelu_(args.choice("activation") == "gelu"),
        shift_rate_(args.real("shift_rate")),
        momentum_(args.real("momentum")) {
    if (widths_.empty()) throw BadParameter("widths", "needs at least one width");
  }

  std::vector<std::string> cuts() const override {
    std::vector<std::string> cuts{"whitening"};
    for (std::size_t i = 0; i < widths_.size(); ++i) cuts.push_back(name_of(i));
    return cuts;
  }

  Value emit(Builder& b, Value x, const Section& section) const override {
    const std::vector<std::string> points = cuts();
    check_input(b.shape(x), section);
    if (section.holds(points.front())) x = whitened(b, x);
    for (std::size_t i = 0; i < widths_.size(); ++i)
      if (section.holds(name_of(i))) x = group(b, i, section.follows(points[i]) ? x : activate(b, x));
    if (section.holds(points.back())) x = whole_maximum(b, x);
    if (!section.classes()) return x;
    return b.linear_layer("fc", section.follows(points.back()) ? x : b.relu(x), *section.classes(), false);
  }

 private:
  static std::string name_of(std::size_t group) { return "group" + std::to_string(group + 1); }

  /// Every group halves the side.
  void check_input(const Shape& shape, const Section& section) const {
    std::int64_t least = 1;
    for (std::size_t i = 0; i < widths_.size(); ++i) least *= section.holds(name_of(i)) ? 2 : 1;
    const bool wants_maps = least > 1 || section.holds("whitening");
    if (!wants_maps || (shape.size() == 4 && shape[2] >= least && shape[3] == shape[2])) return;
    throw Error(ExitCode::configuration, "backbone quick-net wants square images [n,channels,side,side] of at least " +
                                             std::to_string(least) + "x" + std::to_string(least) + " pixels, got " +
                                             to_string(shape));
  }

  Value activate(Builder& b, Value x) const {
    return gelu_ ? b.multiply(x, b.sigmoid(b.multiply(x, 1.702))) : b.relu(x);
  }

  /// Frozen filters, two for each direction of a patch.
  Value whitened(Builder& b, Value input) const {
    const Builder::Scope scope = b.scope("whitening");
    const std::int64_t channels = b.shape(input)[1];
    const Value filters = b.state("weight", {8 * channels, channels, 2, 2}, Initializer::whitening(kPatchEpsilon));
    return b.conv2d(input, filters, {2, 1, 0});
  }

  /// The pool reaches over the upper and left edge, so that the odd maps behind the whitening lose no pixel.
  Value group(Builder& b, std::size_t index, Value x) const {
    const Builder::Scope scope = b.scope(name_of(index));
    x = convolved(b, "conv1", x, widths_[index]);
    x = b.max_pool(x, {2, 2, b.shape(x)[2] % 2 == 1 ? 1 : 0});
    x = activate(b, normalized(b, "norm1", x));
    return normalized(b, "norm2", convolved(b, "conv2", x, widths_[index]));
  }

  static Value convolved(Builder& b, const std::string& name, Value x, std::int64_t channels) {
    const Builder::Scope scope = b.scope(name);
    const std::int64_t inputs = b.shape(x)[1];
    const Initializer start = Initializer::identity(1 / std::sqrt(static_cast<double>(9 * inputs)));
    return b.conv2d(x, b.weight("weight", {channels, inputs, 3, 3}, start), {3, 1, 1});
  }

  Value normalized(Builder& b, const std::string& name, Value x) const {
    return b.batch_norm_layer(name, x, {kNormEpsilon, momentum_, false, {shift_rate_, false}});
  }

  static Value whole_maximum(Builder& b, Value x) {
    const std::int64_t side = b.shape(x)[2];
    return b.flatten(b.max_pool(x, {side, side, 0}));
  }

  std::vector<std::int64_t> widths_;
  bool gelu_;
  double shift_rate_, momentum_;
};

constexpr gramstack_class kClasses[] = {
    describe<Backbone, QuickNet, kParams>("quick-net", "convolutional network that learns small images in few epochs"),
};

}  // namespace

GRAMSTACK_PLUGIN("quick-net", "0.1.0", kClasses, 0u)
