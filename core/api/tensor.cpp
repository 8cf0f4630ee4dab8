#include "api/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gramstack {

std::size_t size_of(DataType type) {
  switch (type) {
    case DataType::f32:
    case DataType::i32:
      return 4;
    case DataType::f64:
      return 8;
    case DataType::u8:
      return 1;
  }
  return 0;
}

const char* name_of(DataType type) {
  switch (type) {
    case DataType::f32:
      return "f32";
    case DataType::f64:
      return "f64";
    case DataType::i32:
      return "i32";
    case DataType::u8:
      return "u8";
  }
  return "?";
}

bool is_real(DataType type) { return type == DataType::f32 || type == DataType::f64; }

std::int64_t elements(const Shape& shape) {
  std::int64_t count = 1;
  for (std::int64_t extent : shape) count *= extent;
  return count;
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

std::string extents(const Shape& shape) { return fmt::format("{}", fmt::join(shape, " x ")); }

std::string to_string(const TensorType& type) { return name_of(type.type) + to_string(type.shape); }

}  // namespace gramstack
