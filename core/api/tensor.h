// What a tensor is, without its storage: element type and shape. Storage belongs to devices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gramstack {

enum class DataType : std::uint8_t { f32, f64, i32, u8 };

std::size_t size_of(DataType type);  ///< bytes of one element
const char* name_of(DataType type);  ///< "f32"
bool is_real(DataType type);         ///< f32 or f64

/// Extents, outermost first. Images are [n, channels, height, width]; weights of a convolution [out, in, height,
/// width]; matrices [rows, columns]; {} is a scalar.
using Shape = std::vector<std::int64_t>;

std::int64_t elements(const Shape& shape);
std::string to_string(const Shape& shape);  ///< "[128,3,32,32]"
std::string extents(const Shape& shape);    ///< "3 x 32 x 32"

struct TensorType {
  DataType type = DataType::f32;
  Shape shape;

  std::int64_t elements() const { return gramstack::elements(shape); }
  std::size_t bytes() const { return static_cast<std::size_t>(elements()) * size_of(type); }
  bool operator==(const TensorType&) const = default;
};

std::string to_string(const TensorType& type);  ///< "f32[128,3,32,32]"

}  // namespace gramstack
