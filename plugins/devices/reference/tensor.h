// A tensor as this device holds it: doubles, whatever its element type is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "api/tensor.h"

namespace gramstack::reference {

struct Tensor {
  TensorType type;
  std::vector<double> values;

  explicit Tensor(TensorType tensor_type)
      : type(std::move(tensor_type)), values(static_cast<std::size_t>(type.elements())) {}

  const Shape& shape() const { return type.shape; }
  std::int64_t extent(std::size_t axis) const { return type.shape[axis]; }
  std::int64_t size() const { return static_cast<std::int64_t>(values.size()); }
  double& operator[](std::int64_t index) { return values[static_cast<std::size_t>(index)]; }
  double operator[](std::int64_t index) const { return values[static_cast<std::size_t>(index)]; }
};

/// Rounds every element of an f32 tensor to the nearest float; tensors of other types stay as they are.
void round_to_storage(Tensor& tensor);

/// REQUIRES: bytes.size() == tensor.type.bytes(), for both.
void decode(std::span<const std::byte> bytes, Tensor& tensor);
void encode(const Tensor& tensor, std::span<std::byte> bytes);

/// Elements of a matrix [rows, columns], and of a tensor [n, channels, height, width].
inline std::int64_t at(const Shape& shape, std::int64_t row, std::int64_t column) { return row * shape[1] + column; }
inline std::int64_t at(const Shape& shape, std::int64_t image, std::int64_t channel, std::int64_t y, std::int64_t x) {
  return ((image * shape[1] + channel) * shape[2] + y) * shape[3] + x;
}

/// The place, in a tensor of shape `small`, of what stands at `index` in a tensor of shape `large`, when `small` is
/// aligned at the right and repeated along its missing axes and those of extent 1.
std::int64_t broadcast_index(const Shape& large, const Shape& small, std::int64_t index);

}  // namespace gramstack::reference
