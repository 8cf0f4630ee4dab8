#include "tensor.h"

#include <cstring>

namespace gramstack::reference {
namespace {

template <class Element>
void decode_as(std::span<const std::byte> bytes, Tensor& tensor) {
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    Element element;
    std::memcpy(&element, bytes.data() + i * sizeof(Element), sizeof(Element));
    tensor.values[i] = static_cast<double>(element);
  }
}

template <class Element>
void encode_as(const Tensor& tensor, std::span<std::byte> bytes) {
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    const Element element = static_cast<Element>(tensor.values[i]);
    std::memcpy(bytes.data() + i * sizeof(Element), &element, sizeof(Element));
  }
}

}  // namespace

void round_to_storage(Tensor& tensor) {
  if (tensor.type.type != DataType::f32) return;
  for (double& value : tensor.values) value = static_cast<float>(value);
}

void decode(std::span<const std::byte> bytes, Tensor& tensor) {
  switch (tensor.type.type) {
    case DataType::f32:
      return decode_as<float>(bytes, tensor);
    case DataType::f64:
      return decode_as<double>(bytes, tensor);
    case DataType::i32:
      return decode_as<std::int32_t>(bytes, tensor);
    case DataType::u8:
      return decode_as<std::uint8_t>(bytes, tensor);
  }
}

void encode(const Tensor& tensor, std::span<std::byte> bytes) {
  switch (tensor.type.type) {
    case DataType::f32:
      return encode_as<float>(tensor, bytes);
    case DataType::f64:
      return encode_as<double>(tensor, bytes);
    case DataType::i32:
      return encode_as<std::int32_t>(tensor, bytes);
    case DataType::u8:
      return encode_as<std::uint8_t>(tensor, bytes);
  }
}

std::int64_t broadcast_index(const Shape& large, const Shape& small, std::int64_t index) {
  std::int64_t result = 0;
  std::int64_t stride = 1;
  for (std::size_t back = 1; back <= small.size(); ++back) {
    const std::int64_t extent = large[large.size() - back];
    const std::int64_t small_extent = small[small.size() - back];
    if (small_extent != 1) result += index % extent * stride;
    index /= extent;
    stride *= small_extent;
  }
  return result;
}

}  // namespace gramstack::reference
