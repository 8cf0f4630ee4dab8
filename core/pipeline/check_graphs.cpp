#include <fmt/format.h>

#include "api/ops.h"
#include "pipeline/checks.h"
#include "plugin/boundary.h"

namespace gramstack {
namespace {

/// The training step of one module in a graph of its own, part by part; each part is blamed for its own emission.
class StepCheck {
 public:
  StepCheck(const DataPart& data, const std::vector<ModulePart>& stack, std::size_t module, config::Faults& faults)
      : data_(data),
        stack_(stack),
        module_(module),
        faults_(faults),
        classes_(static_cast<std::int64_t>(data.spec.dataset->classes().size())),
        batch_(stack[module].spec.batch),
        builder_(graph_, Mode::inference) {}

  /// Whether the modules up to this one fit together, so that the next one can be looked at.
  bool run(const DevicePart& device) {
    Value x = images();
    for (std::size_t i = 0; i < module_ && x; ++i) x = features(i, backbone(i, x));
    builder_.set_mode(Mode::training);
    const Value output = x ? backbone(module_, x) : Value();
    if (!output || !check_output(*part().backbone, output, is_output(module_))) return false;
    if (part().spec.stored || !find_predictions(output)) return true;
    const Value total = loss();
    if (total && descend(total)) check_device(device);
    return true;
  }

 private:
  const ModulePart& part() const { return stack_[module_]; }
  bool is_output(std::size_t i) const { return i + 1 == stack_.size(); }

  template <class Emit>
  Value emitted(const Typed& typed, const Emit& emit) {
    try {
      return across(typed.owner.name, emit);
    } catch (const Error&) {
      blame(typed, faults_);
      return {};
    }
  }

  Value images() {
    const ImageFormat format = data_.spec.dataset->format();
    Value images = builder_.input("images", {DataType::u8, {batch_, format.channels, format.height, format.width}});
    if (data_.spec.augment.any() && part().spec.augment)
      images = builder_.crop_flip(images, builder_.input("offsets", {DataType::i32, {batch_, 3}}),
                                  data_.spec.augment.crop_padding);
    const std::size_t channels = static_cast<std::size_t>(format.channels);
    return builder_.normalize_images(images, std::vector<double>(channels, 0.0), std::vector<double>(channels, 1.0));
  }

  Value backbone(std::size_t i, Value x) {
    const ModulePart& module = stack_[i];
    if (!module.spec.backbone || !x) return {};
    const Builder::Scope scope = builder_.scope(module.spec.name);
    return emitted(*module.backbone, [&] {
      return module.spec.backbone->emit(builder_, x,
                                        section_of(module.spec, is_output(i) ? std::optional(classes_) : std::nullopt));
    });
  }

  Value features(std::size_t i, Value preactivation) {
    const ModulePart& module = stack_[i];
    if (!module.spec.kernel || !preactivation) return {};
    const Builder::Scope above = builder_.scope(stack_[i + 1].spec.name);
    const Builder::Scope scope = builder_.scope("kernel");
    const std::size_t parameters = graph_.parameters().size();
    const Value made = emitted(*module.kernel, [&] { return module.spec.kernel->features(builder_, preactivation); });
    return made && (!draws_examples(i + 1) || check_examples(*module.kernel, parameters)) ? made : Value();
  }

  /// Whether parameters of module i start as training examples when this step is prepared: not those of stored modules.
  bool draws_examples(std::size_t i) const { return i == module_ && !part().spec.stored; }

  /// Whether there are as many training images as each of a kernel's parameters, from `first` on, begins with. How many
  /// of them have labels depends on what is trained; that is checked when it is prepared.
  bool check_examples(const Typed& kernel, std::size_t first) {
    const std::int64_t images = data_.spec.dataset->records(Split::train).size() - data_.spec.validation;
    for (std::size_t i = first; i < graph_.parameters().size(); ++i) {
      const Parameter& parameter = graph_.parameters()[i];
      if (parameter.initializer.kind != Initializer::Kind::examples) continue;
      const std::int64_t wanted = builder_.shape(parameter.value).at(0);
      if (wanted <= images) continue;
      faults_.add(kernel.owner.place, fmt::format("{} takes {} centres from training images, there are {}",
                                                  kernel.owner.name, wanted, images));
      return false;
    }
    return true;
  }

  /// Whether a backbone, or a head, gives scores or what a kernel can take.
  bool check_output(const Typed& typed, Value output, bool wants_scores) {
    const Shape& shape = builder_.shape(output);
    const Shape scores{batch_, classes_};
    std::string wanted;
    if (wants_scores && shape != scores) wanted = fmt::format("scores {}, one of each class", to_string(scores));
    if (!wants_scores && shape.size() != 2 && shape.size() != 4) wanted = "[n,d] or [n,c,h,w]";
    if (!wanted.empty())
      faults_.add(typed.owner.place,
                  fmt::format("{} must give {}; it gives {}", typed.owner.name, wanted, to_string(shape)));
    return wanted.empty();
  }

  /// Whether the losses have what they are on, if need be from a head.
  bool find_predictions(Value output) {
    (is_output(module_) ? scores_ : preactivation_) = output;
    if (!part().has_head || is_output(module_)) return true;
    const Value made = head(output);
    (learns_labels(part().spec) ? scores_ : preactivation_) = made;
    return static_cast<bool>(made);
  }

  Value head(Value output) {
    const ModulePart& module = part();
    if (!module.spec.head || !module.spec.kernel) return {};
    const Builder::Scope in_module = builder_.scope(module.spec.name);
    const Builder::Scope in_head = builder_.scope("head");
    const std::size_t parameters = graph_.parameters().size();
    const Value features = emitted(*module.kernel, [&] { return module.spec.kernel->features(builder_, output); });
    if (!features) return {};
    if (graph_.parameters().size() != parameters) {
      faults_.add(module.head_key,
                  fmt::format("{} takes no head: the features of {} need centres, which are drawn when "
                              "the module has been trained",
                              module.owner.name, module.kernel->owner.name));
      return {};
    }
    const bool scores = learns_labels(module.spec);
    const Section section(scores ? std::optional(classes_) : std::nullopt);
    const Value made = emitted(*module.head, [&] { return module.spec.head->emit(builder_, features, section); });
    return made && check_output(*module.head, made, scores) ? made : Value();
  }

  /// What a loss of the module is given; nothing when a fault has been reported of what makes it.
  std::optional<LossInput> loss_input(Supervision supervision, Value labels) {
    LossInput input;
    if (supervision == Supervision::labels) {
      if (!scores_) return {};
      input.prediction = scores_;
      input.one_hot = builder_.one_hot(labels, classes_);
      return input;
    }
    if (!part().spec.kernel || !preactivation_) return {};
    const Kernel& kernel = *part().spec.kernel;
    input.prediction = emitted(*part().kernel, [&] {
      input.range = kernel.range();
      return kernel.gram(builder_, preactivation_);
    });
    input.pairs = builder_.pair_masks(labels);
    return input.prediction ? std::optional(input) : std::nullopt;
  }

  Value loss() {
    const Value labels = builder_.input("labels", {DataType::i32, {batch_}});
    Value total;
    for (std::size_t i = 0; i < part().losses.size(); ++i) {
      const LossTerm& term = part().spec.losses[i];
      const std::optional<LossInput> input =
          term.loss ? loss_input(term.loss->supervision(), labels) : std::optional<LossInput>();
      if (!input) return {};
      const Value one = emitted(part().losses[i], [&] { return scalar(term.loss->emit(builder_, *input)); });
      if (!one) return {};
      total = total ? builder_.add(total, one) : one;
    }
    return total;
  }

  Value scalar(Value loss) const {
    const Shape& shape = builder_.shape(loss);
    if (!shape.empty()) throw Error(ExitCode::plugin, "must give a scalar; it gives " + to_string(shape));
    return loss;
  }

  /// Gradients and updates of the module's own weights; whether they could be emitted.
  bool descend(Value loss) {
    if (!part().spec.optimizer) return false;
    std::vector<Parameter> weights;
    std::vector<Value> values;
    for (const Parameter& parameter : graph_.parameters()) {
      if (parameter.role != Role::weight || !parameter.name.starts_with(part().spec.name + "/")) continue;
      weights.push_back(parameter);
      values.push_back(parameter.value);
    }
    std::vector<Value> slopes;
    const Value differentiated = emitted(*part().backbone, [&] {
      slopes = gradients(graph_, loss, values);
      return loss;
    });
    return differentiated && update(weights, slopes);
  }

  bool update(const std::vector<Parameter>& weights, const std::vector<Value>& slopes) {
    const Value rate = builder_.input("learning_rate", {builder_.real(), {}});
    const Value step = builder_.input("step", {builder_.real(), {}});
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const Parameter& weight = weights[i];
      const Value updated = emitted(*part().optimizer, [&] {
        const Value value = part().spec.optimizer->emit(builder_, descent_of(builder_, weight, slopes[i], rate, step));
        builder_.update(weight.value, value);
        return value;
      });
      if (!updated) return false;
    }
    return true;
  }

  /// The first node that the device declines.
  void check_device(const DevicePart& device) {
    if (!device.device) return;
    try {
      across(device.typed->owner.name, [&] { find_declined(device); });
    } catch (const Error&) {
      blame(*device.typed, faults_);
    }
  }

  void find_declined(const DevicePart& device) {
    for (const Node& node : graph_.nodes()) {
      const std::string reason = device.device->declines(graph_, node);
      if (reason.empty()) continue;
      return faults_.add(device.typed->owner.place,
                         fmt::format("{} declines {} of {}{}: {}", device.typed->owner.name, node.op->name,
                                     part().owner.name, node.name.empty() ? "" : " (" + node.name + ")", reason),
                         ExitCode::device);
    }
  }

  const DataPart& data_;
  const std::vector<ModulePart>& stack_;
  std::size_t module_;
  config::Faults& faults_;
  std::int64_t classes_, batch_;
  Graph graph_;
  Builder builder_;
  Value scores_, preactivation_;  ///< of the module, or of its head
};

}  // namespace

void check_graphs(const DataPart& data, const std::vector<ModulePart>& stack, const DevicePart& device,
                  config::Faults& faults) {
  for (std::size_t i = 0; i < stack.size(); ++i)
    if (!StepCheck(data, stack, i, faults).run(device)) return;
}

}  // namespace gramstack
