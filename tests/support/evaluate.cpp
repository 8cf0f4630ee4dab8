#include "support/evaluate.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <stdexcept>

namespace gramstack::test {
namespace {

template <class Element>
std::vector<std::byte> encode_as(const std::vector<double>& values) {
  std::vector<Element> elements;
  for (const double value : values) elements.push_back(static_cast<Element>(value));
  const std::span<const std::byte> bytes = std::as_bytes(std::span<const Element>(elements));
  return {bytes.begin(), bytes.end()};
}

template <class Element>
std::vector<double> decode_as(std::span<const std::byte> bytes) {
  std::vector<double> values;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Element)) {
    Element element;
    std::memcpy(&element, bytes.data() + at, sizeof(Element));
    values.push_back(static_cast<double>(element));
  }
  return values;
}

/// splitmix64: a whole generator in four lines.
std::uint64_t next_bits(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// In (0, 1).
double next_uniform(std::uint64_t& state) { return (static_cast<double>(next_bits(state) >> 12) + 0.5) * 0x1p-52; }

std::vector<double> feed(const Tensors& feeds, const std::string& name, const TensorType& type) {
  const Tensors::const_iterator found = feeds.find(name);
  return found == feeds.end() ? std::vector<double>(static_cast<std::size_t>(type.elements())) : found->second;
}

void write_feeds(Plan& plan, const Graph& graph, const Tensors& feeds) {
  for (const NamedValue& input : graph.inputs())
    write(plan, input.name, graph.type(input.value).type, feed(feeds, input.name, graph.type(input.value)));
  for (const Parameter& parameter : graph.parameters())
    write(plan, parameter.name, graph.type(parameter.value).type,
          feed(feeds, parameter.name, graph.type(parameter.value)));
}

/// A feed that no input or parameter takes is a mistake of the test.
void check_feeds(const Graph& graph, const Tensors& feeds) {
  for (const auto& [name, values] : feeds) {
    bool known = graph.find_parameter(name) != nullptr;
    for (const NamedValue& input : graph.inputs()) known = known || input.name == name;
    if (!known) throw std::invalid_argument("the graph has no input or parameter '" + name + "'");
  }
}

}  // namespace

std::shared_ptr<Device> device(const std::string& name) {
  Settings settings;
  for (const gramstack_param& param : component_info(GRAMSTACK_DEVICE, name).params)
    if (std::string(param.name) == "threads") settings["threads"] = "2";
  return component<Device>(GRAMSTACK_DEVICE, name, settings);
}

std::vector<std::byte> encode(DataType type, const std::vector<double>& values) {
  switch (type) {
    case DataType::f32:
      return encode_as<float>(values);
    case DataType::f64:
      return encode_as<double>(values);
    case DataType::i32:
      return encode_as<std::int32_t>(values);
    case DataType::u8:
      return encode_as<std::uint8_t>(values);
  }
  throw std::invalid_argument("no such element type");
}

std::vector<double> decode(DataType type, std::span<const std::byte> bytes) {
  switch (type) {
    case DataType::f32:
      return decode_as<float>(bytes);
    case DataType::f64:
      return decode_as<double>(bytes);
    case DataType::i32:
      return decode_as<std::int32_t>(bytes);
    case DataType::u8:
      return decode_as<std::uint8_t>(bytes);
  }
  throw std::invalid_argument("no such element type");
}

void write(Plan& plan, const std::string& name, DataType type, const std::vector<double>& values) {
  plan.write(name, encode(type, values));
}

std::vector<double> read(const Plan& plan, const std::string& name, const TensorType& type) {
  std::vector<std::byte> bytes(type.bytes());
  plan.read(name, bytes);
  return decode(type.type, bytes);
}

Tensors evaluate(Device& device, const Graph& graph, const Tensors& feeds) {
  check_feeds(graph, feeds);
  const std::unique_ptr<Plan> plan = device.compile(graph);
  write_feeds(*plan, graph, feeds);
  plan->run();
  Tensors results;
  for (const NamedValue& output : graph.outputs())
    results[output.name] = read(*plan, output.name, graph.type(output.value));
  for (const Parameter& parameter : graph.parameters())
    results[parameter.name] = read(*plan, parameter.name, graph.type(parameter.value));
  return results;
}

std::vector<double> normal_values(std::int64_t count, std::uint64_t seed) {
  std::uint64_t state = seed * 0x2545f4914f6cdd1du;
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const double radius = std::sqrt(-2 * std::log(next_uniform(state)));
    values.push_back(radius * std::cos(2 * std::numbers::pi * next_uniform(state)));
  }
  return values;
}

}  // namespace gramstack::test
