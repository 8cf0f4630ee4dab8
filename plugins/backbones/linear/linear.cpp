// One linear layer on flattened inputs.
#include <string>

#include "api/author.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    integer("outputs", "number of outputs; 0: the number of classes", "0", 0),
    boolean("bias", "add a trained offset to every output", "true"),
};

class Linear final : public Backbone {
 public:
  explicit Linear(const Arguments& args) : outputs_(args.integer("outputs")), bias_(args.boolean("bias")) {}

  Value emit(Builder& b, Value input, const Section& section) const override {
    return b.linear_layer("linear", b.flatten(input), width(section.classes()), bias_);
  }

 private:
  std::int64_t width(std::optional<std::int64_t> classes) const {
    if (!classes && outputs_ == 0) throw BadParameter("outputs", "a hidden module needs a number of outputs above 0");
    if (classes && outputs_ != 0 && outputs_ != *classes)
      throw BadParameter("outputs", "an output module has one output a class: leave it out or give " +
                                        std::to_string(*classes) + ", not " + std::to_string(outputs_));
    return classes.value_or(outputs_);
  }

  std::int64_t outputs_;
  bool bias_;
};

constexpr gramstack_class kClasses[] = {
    describe<Backbone, Linear, kParams>("linear", "one linear layer"),
};

}  // namespace

GRAMSTACK_PLUGIN("linear", "0.1.0", kClasses, 0u)
