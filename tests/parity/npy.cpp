#include "npy.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace gramstack::test {
namespace {

const char* description(DataType type) {
  switch (type) {
    case DataType::f32:
      return "<f4";
    case DataType::f64:
      return "<f8";
    case DataType::i32:
      return "<i4";
    case DataType::u8:
      return "|u1";
  }
  throw std::runtime_error("no such element type");
}

/// A dictionary, padded so that the data starts at a multiple of 64 bytes: 10 come before it.
std::string header(const TensorType& type) {
  std::string shape;
  for (const std::int64_t extent : type.shape) shape += std::to_string(extent) + ",";
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", description(type.type), shape);
  text.append((64 - (10 + text.size() + 1) % 64) % 64, ' ');
  return text + "\n";
}

}  // namespace

void write_npy(const std::filesystem::path& file, const TensorType& type, std::span<const std::byte> bytes) {
  const std::string text = header(type);
  std::ofstream stream(file, std::ios::binary);
  stream << "\x93NUMPY\x01" << '\0' << static_cast<char>(text.size() & 0xff) << static_cast<char>(text.size() >> 8)
         << text;
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (stream.fail()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace gramstack::test
