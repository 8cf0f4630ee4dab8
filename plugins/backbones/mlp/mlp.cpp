// Multi-layer perceptron: linear layers with a nonlinearity between them.
#include <string>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    integers("widths", "outputs of each hidden layer", nullptr, 1),
    choice("activation", "nonlinearity between the layers", "relu", "relu|tanh|sigmoid"),
};

class Mlp final : public Backbone {
 public:
  explicit Mlp(const Arguments& args) : widths_(args.integers("widths")), activation_(args.choice("activation")) {
    if (widths_.empty()) throw BadParameter("widths", "needs at least one width; backbone linear has no hidden layer");
  }

  Value emit(Builder& b, Value input, std::optional<std::int64_t> classes) const override {
    std::vector<std::int64_t> widths = widths_;
    if (classes) widths.push_back(*classes);
    Value x = b.flatten(input);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) x = activate(b, x);
      x = b.linear_layer("linear" + std::to_string(i + 1), x, widths[i]);
    }
    return x;
  }

 private:
  Value activate(Builder& b, Value x) const {
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
