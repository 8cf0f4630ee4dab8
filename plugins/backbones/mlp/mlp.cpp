// Multi-layer perceptron: linear layers with a nonlinearity between them.
#include <string>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    integers("widths", "outputs of each hidden layer; it can be cut at them: linear1, linear2, ...", nullptr, 1),
    choice("activation", "nonlinearity between the layers", "relu", "relu|tanh|sigmoid"),
};

class Mlp final : public Backbone {
 public:
  explicit Mlp(const Arguments& args) : widths_(args.integers("widths")), activation_(args.choice("activation")) {
    if (widths_.empty()) throw BadParameter("widths", "needs at least one width; backbone linear has no hidden layer");
  }

  std::vector<std::string> cuts() const override {
    std::vector<std::string> cuts;
    for (std::size_t i = 0; i < widths_.size(); ++i) cuts.push_back(layer(i));
    return cuts;
  }

  Value emit(Builder& b, Value input, const Section& section) const override {
    Value x = b.flatten(input);
    for (std::size_t i = 0; i < widths_.size(); ++i)
      if (section.holds(layer(i))) x = b.linear_layer(layer(i), activated(b, x, i, section), widths_[i]);
    if (!section.classes()) return x;
    return b.linear_layer(layer(widths_.size()), activated(b, x, widths_.size(), section), *section.classes());
  }

 private:
  static std::string layer(std::size_t i) { return "linear" + std::to_string(i + 1); }

  /// The input of layer `i`.
  Value activated(Builder& b, Value x, std::size_t i, const Section& section) const {
    if (i == 0 || section.follows(layer(i - 1))) return x;
    if (activation_ == "tanh") return b.tanh(x);
    return activation_ == "sigmoid" ? b.sigmoid(x) : b.relu(x);
  }

  std::vector<std::int64_t> widths_;
  std::string activation_;
};

constexpr gramstack_class kClasses[] = {
    describe<Backbone, Mlp, kParams>("mlp", "multi-layer perceptron"),
};

}  // namespace

GRAMSTACK_PLUGIN("mlp", "0.1.0", kClasses, 0u)
