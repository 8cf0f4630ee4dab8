#include "graph/rules.h"

#include <fmt/format.h>

#include "api/error.h"

namespace gramstack::rules {

namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 48;
constexpr std::int64_t kMostWindow = std::int64_t{1} << 20;

std::int64_t optional_integer(const InferInput& input, std::string_view name, std::int64_t least, std::int64_t absent) {
  return input.attributes.find(name) ? integer_within(input, name, least, kMostWindow) : absent;
}

std::int64_t window_extent(const Shape& x, std::int64_t extent, const WindowRule& window) {
  const std::int64_t room = extent + 2 * window.padding - window.size;
  if (room < 0)
    fail(fmt::format("a window that fits x {} with padding {}", to_string(x), window.padding),
         fmt::format("size {}", window.size));
  return room / window.stride + 1;
}

}  // namespace

AttributeRule integer(std::string name) { return {std::move(name), AttributeRule::Type::integer, true, {}}; }
AttributeRule integer(std::string name, std::int64_t fallback) {
  return {std::move(name), AttributeRule::Type::integer, false, fallback};
}
AttributeRule real(std::string name, double fallback) {
  return {std::move(name), AttributeRule::Type::real, false, fallback};
}
AttributeRule integers(std::string name) { return {std::move(name), AttributeRule::Type::integers, true, {}}; }
AttributeRule integers(std::string name, std::vector<std::int64_t> fallback) {
  return {std::move(name), AttributeRule::Type::integers, false, std::move(fallback)};
}
AttributeRule reals(std::string name) { return {std::move(name), AttributeRule::Type::reals, true, {}}; }
AttributeRule precision() { return integer("precision", 32); }

void fail(const std::string& wants, const std::string& got) {
  throw Error(ExitCode::configuration, "wants " + wants + ", got " + got);
}

DataType real_type(const InferInput& input) {
  const DataType first = input.inputs.at(0).type;
  for (const TensorType& type : input.inputs)
    if (!is_real(type.type) || type.type != first) {
      std::string got = to_string(input.inputs[0]);
      for (std::size_t i = 1; i < input.inputs.size(); ++i) got += ", " + to_string(input.inputs[i]);
      fail("f32 or f64, the same for all inputs", got);
    }
  return first;
}

DataType precision_type(const InferInput& input) {
  const std::int64_t bits = input.attributes.integer("precision");
  if (bits != 32 && bits != 64) fail("precision 32 or 64", std::to_string(bits));
  return bits == 32 ? DataType::f32 : DataType::f64;
}

std::int64_t integer_within(const InferInput& input, std::string_view name, std::int64_t least, std::int64_t most) {
  const std::int64_t value = input.attributes.integer(name);
  if (value < least || value > most) fail(fmt::format("{} in {}..{}", name, least, most), std::to_string(value));
  return value;
}

void want_shape(const InferInput& input, std::size_t i, const std::string& what, const Shape& shape) {
  const Shape& got = input.inputs.at(i).shape;
  if (got != shape) fail(fmt::format("{} {}", what, to_string(shape)), to_string(got));
}

void want_rank(const InferInput& input, std::size_t i, std::size_t rank, const std::string& what) {
  const Shape& got = input.inputs.at(i).shape;
  if (got.size() != rank) fail(what, to_string(got));
}

void want_type(const InferInput& input, std::size_t i, DataType type, const std::string& what) {
  const TensorType& got = input.inputs.at(i);
  if (got.type != type) fail(what + " of type " + name_of(type), to_string(got));
}

void want_extents(const Shape& shape) {
  std::int64_t count = 1;
  for (std::int64_t extent : shape) {
    if (extent < 1) fail("extents of at least 1", to_string(shape));
    if (extent > kMostElements / count) fail("at most 2^48 elements", to_string(shape));
    count *= extent;
  }
}

WindowRule window_of(const InferInput& input) {
  return {optional_integer(input, "size", 1, 1), optional_integer(input, "stride", 1, 1),
          optional_integer(input, "padding", 0, 0)};
}

Shape window_shape(const Shape& x, const WindowRule& window) {
  return {x[0], x[1], window_extent(x, x[2], window), window_extent(x, x[3], window)};
}

}  // namespace gramstack::rules
