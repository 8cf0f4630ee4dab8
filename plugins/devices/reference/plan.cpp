#include "plan.h"

#include <fmt/format.h>

#include "api/error.h"
#include "api/ops.h"

namespace gramstack::reference {
namespace {

[[noreturn]] void fail(const std::string& message) {
  throw Error(ExitCode::unexpected, "device 'reference': " + message);
}

void check_size(std::string_view name, const TensorType& type, std::size_t bytes) {
  if (bytes != type.bytes())
    fail(fmt::format("'{}' is {} and has {} bytes, got {}", name, to_string(type), type.bytes(), bytes));
}

template <class Named>
const Named* find(const std::vector<Named>& items, std::string_view name) {
  for (const Named& item : items)
    if (item.name == name) return &item;
  return nullptr;
}

template <class Named>
void append_names(std::string& text, const std::vector<Named>& items) {
  for (const Named& item : items) text += (text.empty() ? "" : ", ") + item.name;
}

std::size_t bytes_held(const std::vector<Tensor>& tensors) {
  std::size_t bytes = 0;
  for (const Tensor& tensor : tensors) bytes += tensor.values.capacity() * sizeof(double);
  return bytes;
}

}  // namespace

ReferencePlan::ReferencePlan(Graph graph) : graph_(std::move(graph)) {
  add_tensors();
  add_steps();
}

void ReferencePlan::add_tensors() {
  for (const Node& node : graph_.nodes()) {
    std::vector<Tensor>& outputs = tensors_.emplace_back();
    for (const TensorType& type : node.outputs) outputs.emplace_back(type);
  }
  for (const NamedValue& output : graph_.outputs()) outputs_.emplace_back(graph_.type(output.value));
  for (const Update& update : graph_.updates()) updates_.emplace_back(graph_.type(update.value));
}

void ReferencePlan::add_steps() {
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    const Node& node = graph_.nodes()[i];
    Call call;
    call.attributes = &node.attributes;
    for (const Value input : node.inputs) call.inputs.push_back(&tensor(input));
    for (Tensor& output : tensors_[i]) call.outputs.push_back(&output);
    steps_.push_back({find_function(node.op->name), std::move(call)});
  }
}

void ReferencePlan::run() {
  for (const Step& step : steps_) {
    step.function(step.call);
    for (Tensor* output : step.call.outputs) round_to_storage(*output);
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) outputs_[i].values = tensor(graph_.outputs()[i].value).values;
  for (std::size_t i = 0; i < updates_.size(); ++i) updates_[i].values = tensor(graph_.updates()[i].value).values;
  for (std::size_t i = 0; i < updates_.size(); ++i) tensor(graph_.updates()[i].parameter).values = updates_[i].values;
  ran_ = true;
}

void ReferencePlan::write(std::string_view name, std::span<const std::byte> bytes) {
  const NamedValue* input = find(graph_.inputs(), name);
  const Parameter* parameter = graph_.find_parameter(name);
  if (!input && !parameter)
    fail(fmt::format("no input or parameter '{}' to write; there are: {}", name, names_to_write()));
  Tensor& target = tensor(input ? input->value : parameter->value);
  check_size(name, target.type, bytes.size());
  decode(bytes, target);
}

void ReferencePlan::read(std::string_view name, std::span<std::byte> bytes) const {
  const NamedValue* output = find(graph_.outputs(), name);
  const Parameter* parameter = graph_.find_parameter(name);
  if (!output && !parameter)
    fail(fmt::format("no output or parameter '{}' to read; there are: {}", name, names_to_read()));
  if (output && !ran_) fail(fmt::format("output '{}' is read before the first run", name));
  const Tensor& source =
      output ? outputs_[static_cast<std::size_t>(output - graph_.outputs().data())] : tensor(parameter->value);
  check_size(name, source.type, bytes.size());
  encode(source, bytes);
}

std::string ReferencePlan::names_to_write() const {
  std::string text;
  append_names(text, graph_.inputs());
  append_names(text, graph_.parameters());
  return text.empty() ? "none" : text;
}

std::string ReferencePlan::names_to_read() const {
  std::string text;
  append_names(text, graph_.outputs());
  append_names(text, graph_.parameters());
  return text.empty() ? "none" : text;
}

MemoryReport ReferencePlan::memory() const {
  MemoryReport report;
  for (const std::vector<Tensor>& node : tensors_) report.activations += bytes_held(node);
  for (const Parameter& parameter : graph_.parameters())
    report.parameters += tensor(parameter.value).values.capacity() * sizeof(double);
  report.activations += bytes_held(outputs_) - report.parameters;
  report.workspace = bytes_held(updates_);
  return report;
}

}  // namespace gramstack::reference
