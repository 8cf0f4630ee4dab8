// One small component or more of each kind, for tests of pipelines that must not depend on what is shipped.
#include <algorithm>
#include <numeric>

#include "api/author.h"
#include "api/ops.h"

namespace {

using namespace gramstack;

// --- backbones
constexpr gramstack_param kDense[] = {integer("units", "width of its output", "4", 1, 100)};
class Dense final : public Backbone {
 public:
  explicit Dense(const Arguments& args) : units_(args.integer("units")) {}
  Value emit(Builder& b, Value x, const Section& section) const override {
    return b.linear_layer("dense", b.flatten(x), section.classes().value_or(units_));
  }

 private:
  std::int64_t units_;
};

constexpr gramstack_param kLadder[] = {integer("rungs", "layers that it can be cut between", "3", 1, 9)};
class Ladder final : public Backbone {
 public:
  explicit Ladder(const Arguments& args) {
    for (std::int64_t i = 1; i <= args.integer("rungs"); ++i) rungs_.push_back("rung" + std::to_string(i));
  }
  std::vector<std::string> cuts() const override { return rungs_; }
  Value emit(Builder& b, Value input, const Section& section) const override {
    Value x = b.flatten(input);
    for (const std::string& rung : rungs_)
      if (section.holds(rung)) x = b.linear_layer(rung, x, 4);
    return section.classes() ? b.linear_layer("top", x, *section.classes()) : x;
  }

 private:
  std::vector<std::string> rungs_;
};

class Maps final : public Backbone {
 public:
  explicit Maps(const Arguments&) {}
  Value emit(Builder& b, Value x, const Section&) const override {
    return b.conv2d_layer("maps", x, 2, {3, 1, 1}, true);
  }
};

class Rounding final : public Backbone {
 public:
  explicit Rounding(const Arguments&) {}
  Value emit(Builder& b, Value x, const Section&) const override {
    const Value zero = b.constant(0);
    return b.greater(b.linear_layer("dense", b.flatten(x), 4), zero);
  }
};

// --- kernels
constexpr gramstack_param kUnit[] = {real("min", "lowest value it says to have", "0", -1, 0)};
class Unit final : public Kernel {
 public:
  explicit Unit(const Arguments& args) : min_(args.real("min")) {}
  KernelRange range() const override { return {min_, 1}; }
  Value gram(Builder& b, Value x) const override { return unit_gram(b, x); }
  Value features(Builder& b, Value x) const override { return unit_features(b, x); }

 private:
  double min_;
};

// --- losses
constexpr gramstack_param kPull[] = {boolean("sharp", "counts different pairs only", "false")};
class Pull : public Loss {
 public:
  explicit Pull(const Arguments& args) : sharp_(args.boolean("sharp")) {}
  Supervision supervision() const override { return Supervision::pairs; }
  void check(KernelRange range) const override {
    if (sharp_ && range.min == 0) throw BadParameter("sharp", "needs a kernel that reaches below 0");
  }
  Value emit(Builder& b, const LossInput& input) const override {
    return b.negate(b.sum(b.multiply(input.prediction, input.pairs.same)));
  }

 private:
  bool sharp_;
};

class Push final : public Loss {
 public:
  explicit Push(const Arguments&) {}
  Supervision supervision() const override { return Supervision::pairs; }
  Value emit(Builder& b, const LossInput& input) const override {
    return b.sum(b.multiply(input.prediction, input.pairs.different));
  }
};

class Scores final : public Loss {
 public:
  explicit Scores(const Arguments&) {}
  Supervision supervision() const override { return Supervision::labels; }
  Value emit(Builder& b, const LossInput& input) const override {
    return b.negate(b.sum(b.multiply(input.prediction, input.one_hot)));
  }
};

class Unsummed final : public Loss {
 public:
  explicit Unsummed(const Arguments&) {}
  Supervision supervision() const override { return Supervision::labels; }
  Value emit(Builder& b, const LossInput& input) const override { return b.multiply(input.prediction, input.one_hot); }
};

// --- optimizers
constexpr gramstack_param kDescent[] = {
    real("lr", "base learning rate", nullptr, 0),
    real("momentum", "share of the last step that is kept", "0.9", 0, 1),
};
class Descend final : public Optimizer {
 public:
  explicit Descend(const Arguments& args) : rate_(args.real("lr")) {
    if (rate_ == 0) throw BadParameter("lr", "must be above zero");
  }
  double learning_rate() const override { return rate_; }
  Value emit(Builder& b, const Descent& d) const override {
    return b.subtract(d.parameter, b.multiply(d.gradient, d.learning_rate));
  }

 private:
  double rate_;
};

// --- data sets
constexpr gramstack_param kToy[] = {
    integers("counts", "images of each class", "[20, 20, 20]", 0), integer("channels", "of the images", "1", 1),
    integer("size", "height and width of the images", "4", 1),     text("missing", "a file that is not there", ""),
    integer("label", "of the first image; -1: 0", "-1"),
};
class Toy final : public Dataset {
 public:
  explicit Toy(const Arguments& args)
      : counts_(args.integers("counts")),
        format_{args.integer("channels"), args.integer("size"), args.integer("size")} {
    if (!args.text("missing").empty()) throw Error(ExitCode::data, args.text("missing") + ": no such file");
    for (std::size_t c = 0; c < counts_.size(); ++c)
      labels_.insert(labels_.end(), static_cast<std::size_t>(counts_[c]), static_cast<std::int32_t>(c));
    if (args.integer("label") >= 0) labels_.front() = static_cast<std::int32_t>(args.integer("label"));
    pixels_.resize(labels_.size() * static_cast<std::size_t>(format_.bytes()));
  }
  ImageFormat format() const override { return format_; }
  std::vector<std::string> classes() const override {
    std::vector<std::string> names;
    for (std::size_t c = 0; c < counts_.size(); ++c) names.emplace_back(1, static_cast<char>('a' + c % 26));
    return names;
  }
  Records records(Split) const override { return {pixels_.data(), format_.bytes(), labels_}; }

 private:
  std::vector<std::int64_t> counts_;
  ImageFormat format_;
  std::vector<std::int32_t> labels_;
  std::vector<std::uint8_t> pixels_;
};

constexpr gramstack_param kGreedy[] = {real("mean", "a name of the core's", "0")};
class Greedy final : public Dataset {
 public:
  explicit Greedy(const Arguments&) {}
  ImageFormat format() const override { return {}; }
  std::vector<std::string> classes() const override { return {}; }
  Records records(Split) const override { return {}; }
};

// --- devices
constexpr gramstack_param kIdle[] = {
    integer("threads", "of the computation", "0", 0),
    text("declined", "an op that it declines", ""),
};
class Idle : public Device {
 public:
  explicit Idle(const Arguments& args) : declined_(args.text("declined")) {}
  std::string describe() const override { return "idle"; }
  std::string declines(const Graph&, const Node& node) const override {
    return node.op->name == declined_ ? "not today" : "";
  }
  std::unique_ptr<Plan> compile(const Graph&, const CompileOptions&) override { return nullptr; }

 private:
  std::string declined_;
};

class Absent final : public Idle {
 public:
  explicit Absent(const Arguments& args) : Idle(args) { throw Error(ExitCode::device, "there is no such card here"); }
};

constexpr gramstack_class kClasses[] = {
    describe<Backbone, Dense, kDense>("dense", "one linear layer"),
    describe<Backbone, Ladder, kLadder>("ladder", "linear layers that it can be cut between"),
    describe<Backbone, Maps>("maps", "one convolution, whatever is asked for"),
    describe<Backbone, Rounding>("rounding", "has no gradient"),
    describe<Kernel, Unit, kUnit>("unit", "the identity, normalised"),
    describe<Loss, Pull, kPull>("pull", "same pairs"),
    describe<Loss, Push>("push", "different pairs"),
    describe<Loss, Scores>("scores", "scores of the right classes"),
    describe<Loss, Unsummed>("unsummed", "forgets to add up"),
    describe<Optimizer, Descend, kDescent>("descent", "a step down"),
    describe<Dataset, Toy, kToy>("toy", "black images"),
    describe<Dataset, Greedy, kGreedy>("greedy", "takes a name of the core's"),
    describe<Device, Idle, kIdle>("onednn", "does nothing, by the name of the default"),
    describe<Device, Absent, kIdle>("absent", "is not there"),
};

}  // namespace

GRAMSTACK_PLUGIN("toy", "0.1.0", kClasses, 0u)
