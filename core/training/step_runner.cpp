#include "training/step_runner.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "training/average.h"
#include "training/parameters.h"

namespace gramstack {
namespace {

BatchOrder order_of(const Network& network, const Segment& segment, const Feed& feed) {
  const std::int64_t batch = network.module(segment.first).batch;
  if (feed.known()) return BatchOrder(*feed.known(), batch, network.pipeline->seed);
  const bool any_order = network.is_output(segment.first);
  return BatchOrder(any_order ? BatchOrder::Kind::shuffled : BatchOrder::Kind::balanced, feed.examples().labels(),
                    batch, network.pipeline->seed);
}

Feed taught(const Network& network, const Segment& segment, Feed feed) {
  if (const PairFile* pairs = network.pairs(segment.last)) feed.teach(pairs->known);
  return feed;
}

void write_scalar(Plan& plan, const std::string& name, double value) {
  const float number = static_cast<float>(value);
  plan.write(name, std::as_bytes(std::span(&number, 1)));
}

}  // namespace

StepRunner::StepRunner(const Network& network, const Segment& segment, Feed feed, std::int64_t epoch_images)
    : network_(network),
      segment_(segment),
      feed_(taught(network, segment, std::move(feed))),
      order_(order_of(network, segment, feed_)),
      passes_(std::max<std::int64_t>(1, epoch_images / network.module(segment.first).batch / order_.steps())),
      augmentation_(network.pipeline->data.augment, network.pipeline->seed),
      ahead_(static_cast<std::size_t>(network.pipeline->device->steps_ahead())) {
  pending_.reserve(ahead_);
  try {
    table_ = feed_.make_table(*network.pipeline->device,
                              examples_type(network, feed_.source(), segment.first, feed_.examples().size()));
    compile();
  } catch (const Error& error) {
    if (!table_ || error.code() != ExitCode::resource) throw;
    table_ = nullptr;  // without it the step may fit
    compile();
  }
}

void StepRunner::compile() {
  plan_ = nullptr;
  CompileOptions options;
  if (table_) options.tables[input_name(feed_.source())] = table_;
  graph_ = graph_of(order_.batch());
  plan_ = network_.pipeline->device->compile(graph_, options);
  if (order_.last_batch() == order_.batch()) return;
  options.parameters_of = plan_.get();
  last_graph_ = graph_of(order_.last_batch());
  last_plan_ = network_.pipeline->device->compile(last_graph_, options);
}

Graph StepRunner::graph_of(std::int64_t batch) const {
  return training_graph(network_, segment_, feed_.source(), {batch, table_ ? feed_.examples().size() : 0});
}

std::int64_t StepRunner::images() const {
  return passes_ * ((order_.steps() - 1) * order_.batch() + order_.last_batch());
}

std::size_t StepRunner::memory() const {
  const TensorType rows = examples_type(network_, feed_.source(), segment_.first, feed_.examples().size());
  return plan_->memory().total() + (table_ ? rows.bytes() : 0);
}

void StepRunner::write(const TensorMap& parameters) { write_parameters(*plan_, graph_, parameters); }

std::map<std::string, TensorType> StepRunner::trained() const {
  std::map<std::string, TensorType> types;
  for (const Parameter& parameter : graph_.parameters())
    if (network_.belongs(parameter.name, segment_)) types.emplace(parameter.name, graph_.type(parameter.value));
  return types;
}

TensorMap StepRunner::read() const {
  TensorMap values;
  for (const Parameter& parameter : graph_.parameters())
    if (network_.belongs(parameter.name, segment_)) values.emplace(parameter.name, tensor(parameter, parameter.name));
  return values;
}

TensorMap StepRunner::read_weights() const {
  TensorMap values;
  for (const Parameter& parameter : graph_.parameters()) {
    if (!network_.belongs(parameter.name, segment_) || parameter.role == Role::slot) continue;
    const std::string average = average_of(parameter.name);
    values.emplace(parameter.name, tensor(parameter, graph_.find_parameter(average) ? average : parameter.name));
  }
  return values;
}

HostTensor StepRunner::tensor(const Parameter& parameter, const std::string& name) const {
  HostTensor tensor{graph_.type(parameter.value), {}};
  tensor.bytes.resize(tensor.type.bytes());
  plan_->read(name, tensor.bytes);
  return tensor;
}

TensorMap StepRunner::train(TensorMap values, const Examples& training, const Poll& poll) {
  add_initial_values(values, network_, graph_, training);
  write(values);
  for (std::int64_t epoch = 0; epoch < network_.module(segment_.first).schedule.epochs; ++epoch)
    for (std::int64_t step = 0; step < steps(); ++step) {
      run(epoch, step);
      if (poll) poll();
    }
  finish();
  TensorMap trained = read_weights();
  trained.merge(values);
  return trained;
}

std::vector<double> StepRunner::learning_rates(std::int64_t epoch, std::int64_t step) const {
  std::vector<double> rates;
  for (const Segment& part : by_loss(segment_)) {
    const ModuleSpec& module = network_.module(part.first);
    rates.push_back(module.optimizer->learning_rate() * module.schedule.at(epoch * steps() + step, steps()));
  }
  return rates;
}

const std::vector<StepRunner::Step>& StepRunner::run(std::int64_t epoch, std::int64_t step) {
  const std::int64_t pass = pass_of(epoch, step);
  if (pass != pass_) batches_ = order_.epoch(pass_ = pass);
  if (last_plan_ && (step + 1) % order_.steps() == 0)
    run_last(epoch, step);
  else
    run_on(*plan_, epoch, step);
  done_.clear();
  if (pending_.size() >= ahead_) take_pending();
  return done_;
}

const std::vector<StepRunner::Step>& StepRunner::finish() {
  done_.clear();
  take_pending();
  return done_;
}

// A smaller last batch has a plan of its own; where the device does not share the parameters, they go there and back.
void StepRunner::run_last(std::int64_t epoch, std::int64_t step) {
  if (last_plan_->shares_parameters()) return run_on(*last_plan_, epoch, step);
  write_parameters(*last_plan_, last_graph_, read_parameters(*plan_, graph_));
  run_on(*last_plan_, epoch, step);
  write(read_parameters(*last_plan_, last_graph_));
}

void StepRunner::take_pending() {
  if (pending_.empty()) return;
  plan_->wait();
  if (last_plan_) last_plan_->wait();
  for (const Pending& step : pending_) {
    if (!std::isfinite(step.loss)) fail(step.loss, step.epoch, step.step);
    done_.push_back({step.loss, step.images});
  }
  pending_.clear();
}

const Indices& StepRunner::batch_of(std::int64_t step) const {
  return batches_[static_cast<std::size_t>(step % order_.steps())];
}

void StepRunner::run_on(Plan& plan, std::int64_t epoch, std::int64_t step) {
  const Indices& batch = batch_of(step);
  if (table_)
    write_row_numbers(plan, batch);
  else
    feed_.write_rows(plan, batch);
  feed_.write_truth(plan, batch);
  if (feed_.source() == Source::augmented_images) write_offsets(plan, batch);
  write_rates(plan, learning_rates(epoch, step));
  write_scalar(plan, "step", static_cast<double>(epoch * steps() + step + 1));
  plan.run();
  Pending& pending = pending_.emplace_back(Pending{0, static_cast<std::int64_t>(batch.size()), epoch, step});
  plan.read_later("loss", std::as_writable_bytes(std::span(&pending.loss, 1)));
}

void StepRunner::write_rates(Plan& plan, const std::vector<double>& rates) {
  const std::vector<Segment> parts = by_loss(segment_);
  for (std::size_t i = 0; i < parts.size(); ++i) write_scalar(plan, rate_name(network_, segment_, parts[i]), rates[i]);
}

void StepRunner::write_row_numbers(Plan& plan, const Indices& batch) {
  row_numbers_.assign(batch.begin(), batch.end());
  plan.write("rows", std::as_bytes(std::span(row_numbers_)));
}

void StepRunner::write_offsets(Plan& plan, const Indices& batch) {
  offsets_.clear();
  for (const std::int64_t example : batch) {
    const std::array<std::int32_t, 3> offsets = augmentation_.offsets(pass_, feed_.examples().image(example));
    offsets_.insert(offsets_.end(), offsets.begin(), offsets.end());
  }
  plan.write("offsets", std::as_bytes(std::span(offsets_)));
}

void StepRunner::fail(double loss, std::int64_t epoch, std::int64_t step) const {
  const Indices batch = order_.epoch(pass_of(epoch, step))[static_cast<std::size_t>(step % order_.steps())];
  Indices images;
  for (std::size_t i = 0; i < std::min<std::size_t>(batch.size(), 5); ++i)
    images.push_back(feed_.examples().image(batch[i]));
  throw Error(ExitCode::numerical,
              fmt::format("{}: the loss is {} at epoch {}, step {}; its batch begins with the training images {}: try "
                          "a lower learning rate (it was {:g}), or a warm-up",
                          name_of(network_, segment_), loss, epoch + 1, step + 1, fmt::join(images, ", "),
                          fmt::join(learning_rates(epoch, step), ", ")));
}

}  // namespace gramstack
