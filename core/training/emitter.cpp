#include "training/emitter.h"

#include <fmt/core.h>

#include <map>

#include "training/average.h"
#include "training/clip.h"

namespace gramstack {
namespace {

Shape with_batch(std::int64_t batch, const Shape& row) {
  Shape shape{batch};
  shape.insert(shape.end(), row.begin(), row.end());
  return shape;
}

}  // namespace

Value Emitter::rows(std::string name, const Shape& row, std::int64_t batch) {
  return builder_.input(std::move(name), {builder_.real(), with_batch(batch, row)});
}

Value Emitter::examples(Source source, std::size_t first, StepSize size) {
  if (size.table == 0) return builder_.input(input_name(source), examples_type(network_, source, first, size.batch));
  const Value table = builder_.input(input_name(source), examples_type(network_, source, first, size.table));
  return builder_.gather(table, builder_.input("rows", {DataType::i32, {size.batch}}));
}

Value Emitter::source(Source source, std::size_t first, StepSize size) {
  Value images = examples(source, first, size);
  if (source == Source::features) return images;
  if (source == Source::augmented_images) {
    const Value offsets = builder_.input("offsets", {DataType::i32, {size.batch, 3}});
    images = builder_.crop_flip(images, offsets, network_.pipeline->data.augment.crop_padding);
  }
  return builder_.normalize_images(images, network_.mean, network_.deviation);
}

Value Emitter::features(std::size_t module, Value preactivation) {
  const Builder::Scope in_module = builder_.scope(network_.module(module).name);
  const Builder::Scope in_kernel = builder_.scope("kernel");
  return network_.module(module - 1).kernel->features(builder_, preactivation);
}

Value Emitter::backbone(std::size_t module, Value features) {
  const std::int64_t classes = static_cast<std::int64_t>(network_.classes.size());
  const Builder::Scope in_module = builder_.scope(network_.module(module).name);
  const ModuleSpec& spec = network_.module(module);
  return spec.backbone->emit(builder_, features,
                             section_of(spec, network_.is_output(module) ? std::optional(classes) : std::nullopt));
}

Value Emitter::module(std::size_t module, Value input, bool cached) {
  const bool is_features = module == 0 || (cached && network_.features_cached[module]);
  return backbone(module, is_features ? input : features(module, input));
}

PairMasks Emitter::known_pairs(std::int64_t batch) {
  if (known_pairs_) return *known_pairs_;
  const TensorType type{builder_.real(), {batch, batch}};
  std::vector<double> identity(static_cast<std::size_t>(batch * batch), 0.0);
  for (std::size_t i = 0; i < identity.size(); i += static_cast<std::size_t>(batch) + 1) identity[i] = 1;
  known_pairs_ = PairMasks{builder_.input("same", type), builder_.input("different", type),
                           builder_.constant(type.shape, std::move(identity))};
  return *known_pairs_;
}

Value Emitter::labels(std::int64_t batch) {
  if (!labels_) labels_ = builder_.input("labels", {DataType::i32, {batch}});
  return labels_;
}

Value Emitter::head(std::size_t module, Value preactivation) {
  const ModuleSpec& spec = network_.module(module);
  const std::int64_t classes = static_cast<std::int64_t>(network_.classes.size());
  const Builder::Scope in_module = builder_.scope(spec.name);
  const Builder::Scope in_head = builder_.scope("head");
  return spec.head->emit(builder_, spec.kernel->features(builder_, preactivation),
                         learns_labels(spec) ? std::optional(classes) : std::nullopt);
}

Emitter::Predictions Emitter::predictions(std::size_t module, Value output) {
  const ModuleSpec& spec = network_.module(module);
  Predictions made;
  (network_.is_output(module) ? made.scores : made.preactivation) = output;
  if (spec.head) (learns_labels(spec) ? made.scores : made.preactivation) = head(module, output);
  return made;
}

LossInput Emitter::loss_input(std::size_t module, Supervision supervision, const Predictions& on, std::int64_t batch) {
  LossInput input;
  if (supervision == Supervision::labels) {
    input.prediction = on.scores;
    input.one_hot = builder_.one_hot(labels(batch), static_cast<std::int64_t>(network_.classes.size()));
  } else {
    input.prediction = network_.module(module).kernel->gram(builder_, on.preactivation);
    input.pairs = network_.pairs(module) ? known_pairs(batch) : builder_.pair_masks(labels(batch));
    input.range = network_.module(module).kernel->range();
  }
  return input;
}

Value Emitter::losses(std::size_t module, Value output, std::int64_t batch) {
  const Predictions on = predictions(module, output);
  const Builder::Scope in_module = builder_.scope(network_.module(module).name);
  const Builder::Scope in_loss = builder_.scope("loss");
  std::map<Supervision, LossInput> inputs;
  Value total;
  for (const LossTerm& term : network_.module(module).losses) {
    const Supervision supervision = term.loss->supervision();
    if (!inputs.contains(supervision)) inputs.emplace(supervision, loss_input(module, supervision, on, batch));
    const Builder::Scope in_term = builder_.scope(term.name);
    const Value loss = term.loss->emit(builder_, inputs.at(supervision));
    const Value weighted = term.weight == 1 ? loss : builder_.multiply(loss, term.weight);
    total = total ? builder_.add(total, weighted) : weighted;
  }
  return total;
}

std::vector<Parameter> Emitter::weights_of(const Segment& segment) {
  std::vector<Parameter> weights;
  for (const Parameter& parameter : builder_.graph().parameters())
    if (parameter.role == Role::weight && network_.belongs(parameter.name, segment)) weights.push_back(parameter);
  return weights;
}

std::vector<Update> Emitter::updates_of(const Segment& segment) {
  std::vector<Update> updates;
  for (const Update& update : builder_.graph().updates())
    if (network_.belongs(builder_.graph().find_parameter(update.parameter)->name, segment)) updates.push_back(update);
  return updates;
}

void Emitter::descend(const Segment& segment, Value loss, const std::string& rate) {
  const std::vector<Parameter> weights = weights_of(segment);
  std::vector<Value> values;
  for (const Parameter& weight : weights) values.push_back(weight.value);
  std::vector<Value> slopes = gradients(builder_.graph(), loss, values);
  if (const std::optional<double> norm = network_.module(segment.first).clip) slopes = clipped(builder_, slopes, *norm);
  const Value learning_rate = builder_.input(rate, {builder_.real(), {}});
  if (!step_) step_ = builder_.input("step", {builder_.real(), {}});
  const Optimizer& optimizer = *network_.module(segment.first).optimizer;
  for (std::size_t i = 0; i < weights.size(); ++i)
    builder_.update(values[i],
                    optimizer.emit(builder_, descent_of(builder_, weights[i], slopes[i], learning_rate, step_)));
  if (const std::optional<double> decay = network_.module(segment.first).average)
    emit_averages(builder_, updates_of(segment), *decay, step_);
}

}  // namespace gramstack
