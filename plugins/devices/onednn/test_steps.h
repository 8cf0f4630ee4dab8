// Training steps for this device's tests.
#pragma once

#include <map>
#include <string>

#include "api/backbone.h"
#include "api/builder.h"
#include "api/loss.h"
#include "api/optimizer.h"
#include "support/evaluate.h"

namespace gramstack::test {

/// A step of a backbone with cross-entropy: images u8 [n,c,s,s], labels, rate and step in, loss out.
inline Graph training_step(const std::string& backbone, const Shape& images, const std::string& optimizer,
                           const Settings& settings = {}) {
  Graph graph;
  Builder b(graph, Mode::training);
  const std::size_t channels = static_cast<std::size_t>(images[1]);
  const Value pixels = b.input("images", {DataType::u8, images});
  const Value labels = b.input("labels", {DataType::i32, {images[0]}});
  const Value rate = b.input("rate", {DataType::f32, {}}), step = b.input("step", {DataType::f32, {}});
  const Value x = b.normalize_images(pixels, std::vector<double>(channels, 0.5), std::vector<double>(channels, 0.25));
  LossInput input;
  input.prediction = component<Backbone>(GRAMSTACK_BACKBONE, backbone, settings)->emit(b, x, 10);
  input.one_hot = b.one_hot(labels, 10);
  const Value loss = component<Loss>(GRAMSTACK_LOSS, "cross-entropy")->emit(b, input);
  graph.add_output("loss", loss);
  std::vector<Value> weights;
  std::vector<std::string> names;
  for (const Parameter& parameter : graph.parameters())
    if (parameter.role == Role::weight) weights.push_back(parameter.value), names.push_back(parameter.name);
  const std::vector<Value> slopes = gradients(graph, loss, weights);
  const std::shared_ptr<Optimizer> made = component<Optimizer>(GRAMSTACK_OPTIMIZER, optimizer, {{"lr", "0.05"}});
  for (std::size_t i = 0; i < weights.size(); ++i)
    b.update(weights[i], made->emit(b, {names[i], weights[i], slopes[i], rate, step}));
  return graph;
}

/// Numbers for all inputs and weights of training_step().
inline Tensors step_feeds(const Graph& graph) {
  Tensors feeds{{"rate", {0.05}}, {"step", {1}}};
  for (const NamedValue& input : graph.inputs()) {
    const std::int64_t count = elements(graph.shape(input.value));
    for (std::int64_t i = 0; i < count; ++i) {
      if (input.name == "labels") feeds["labels"].push_back(static_cast<double>(i % 10));
      if (input.name == "images") feeds["images"].push_back(static_cast<double>(i * 2654435761 % 4093 % 256));
    }
  }
  for (const Parameter& parameter : graph.parameters()) {
    const bool vector = graph.shape(parameter.value).size() == 1;
    std::vector<double>& values = feeds[parameter.name];
    values.assign(static_cast<std::size_t>(elements(graph.shape(parameter.value))), vector ? 1.0 : 0.0);
    if (vector || parameter.role != Role::weight) continue;
    values = normal_values(static_cast<std::int64_t>(values.size()), parameter.name.size());
    for (double& value : values) value *= 0.1;
  }
  return feeds;
}

inline std::shared_ptr<Device> onednn(int threads = 2, const std::string& convolution = "auto") {
  return component<Device>(GRAMSTACK_DEVICE, "onednn",
                           {{"threads", std::to_string(threads)}, {"convolution", convolution}});
}

/// The program after every pass, by the pass's name.
inline std::map<std::string, std::string> texts_after_passes(Device& device, const Graph& graph) {
  std::map<std::string, std::string> texts;
  CompileOptions options;
  options.observe = [&](std::string_view pass, const std::string& text) { texts[std::string(pass)] = text; };
  device.compile(graph, options);
  return texts;
}

inline void write_all(Plan& plan, const Graph& graph, const Tensors& feeds) {
  for (const NamedValue& input : graph.inputs())
    write(plan, input.name, graph.type(input.value).type, feeds.at(input.name));
  for (const Parameter& parameter : graph.parameters())
    write(plan, parameter.name, graph.type(parameter.value).type, feeds.at(parameter.name));
}

}  // namespace gramstack::test
