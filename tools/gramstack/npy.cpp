#include "npy.h"

#include <fmt/core.h>

#include <cmath>
#include <cstring>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

#include "api/error.h"
#include "config/quote.h"
#include "store/files.h"

namespace gramstack::tool {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

struct Npy {
  std::string name;   ///< of the file
  std::string descr;  ///< "<f4"
  Shape shape;
  std::span<const std::byte> data;
};

[[noreturn]] void fail(const std::string& file, const std::string& what) {
  throw Error(ExitCode::data, file + ": " + what);
}

/// Where the header's text stands: after the length, whose size depends on the version.
std::string_view header_of(const std::string& file, std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < 12) fail(file, "is not an .npy file: it does not start as one");
  const unsigned version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3) fail(file, fmt::format("is of .npy version {}; 1 to 3 are read", version));
  const std::size_t digits = version == 1 ? 2 : 4;
  std::size_t length = 0;
  for (std::size_t i = digits; i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[8 + i]);
  if (length > bytes.size() - 8 - digits) fail(file, "ends within its header");
  return bytes.substr(8 + digits, length);
}

/// The value of a key of the header, a Python dictionary.
std::string value_of(const std::string& file, const std::string& header, const char* key, const char* pattern) {
  std::smatch match;
  if (!std::regex_search(header, match, std::regex(fmt::format("['\"]{}['\"]\\s*:\\s*{}", key, pattern))))
    fail(file, fmt::format("its header has no usable '{}': {}", key, quote(header)));
  return match[1];
}

Shape shape_of(const std::string& file, const std::string& text) {
  Shape shape;
  std::int64_t product = 1;
  const std::regex number("[0-9]+");
  for (std::sregex_iterator at(text.begin(), text.end(), number); at != std::sregex_iterator(); ++at) {
    const std::string digits = at->str();
    if (digits.size() > 12) fail(file, fmt::format("its shape ({}) is too large", printable(text, 80)));
    shape.push_back(std::stoll(digits));
    if (__builtin_mul_overflow(product, shape.back(), &product))
      fail(file, fmt::format("its shape ({}) is too large", printable(text, 80)));
  }
  return shape;
}

Npy parse(const std::string& file, std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string_view found = header_of(file, text);
  const std::string header(found);
  Npy npy{file, value_of(file, header, "descr", "['\"]([^'\"]*)['\"]"), {}, {}};
  if (value_of(file, header, "fortran_order", "(True|False)") == "True")
    fail(file, "is in Fortran order; save numpy.ascontiguousarray(array)");
  npy.shape = shape_of(file, value_of(file, header, "shape", "\\(([0-9, ]*)\\)"));
  npy.data = bytes.subspan(static_cast<std::size_t>(found.data() + found.size() - text.data()));
  return npy;
}

/// Calls `take` with each element as a T. Throws when the file's length is not that of its shape.
template <class T, class Take>
void each(const Npy& npy, const Take& take) {
  const std::size_t count = static_cast<std::size_t>(elements(npy.shape));
  if (npy.data.size() / sizeof(T) != count || npy.data.size() % sizeof(T) != 0)
    fail(npy.name, fmt::format("holds {} bytes of data, its shape {} needs {}", npy.data.size(), to_string(npy.shape),
                               count * sizeof(T)));
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, npy.data.data() + i * sizeof(T), sizeof(T));
    take(value);
  }
}

[[noreturn]] void refuse_type(const Npy& npy, const char* wanted, const char* cure) {
  fail(npy.name,
       fmt::format("holds {}; {} are read, little endian: save array.astype('{}')", quote(npy.descr), wanted, cure));
}

}  // namespace

RealArray read_real_npy(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  const Npy npy = parse(file.string(), bytes);
  RealArray array{npy.shape, {}};
  const auto take = [&](double value) {
    if (!std::isfinite(static_cast<float>(value)))
      fail(npy.name, fmt::format("value {} is {}; all must be finite", array.values.size(), value));
    array.values.push_back(static_cast<float>(value));
  };
  if (npy.descr == "<f4")
    each<float>(npy, take);
  else if (npy.descr == "<f8")
    each<double>(npy, take);
  else
    refuse_type(npy, "float32 and float64", "float32");
  return array;
}

std::vector<std::int64_t> read_integer_npy(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  const Npy npy = parse(file.string(), bytes);
  if (npy.shape.size() != 1) fail(npy.name, fmt::format("has the shape {}; a list is wanted", to_string(npy.shape)));
  std::vector<std::int64_t> values;
  const auto take = [&](std::int64_t value) { values.push_back(value); };
  if (npy.descr == "<i4")
    each<std::int32_t>(npy, take);
  else if (npy.descr == "<i8")
    each<std::int64_t>(npy, take);
  else
    refuse_type(npy, "int32 and int64", "int64");
  return values;
}

}  // namespace gramstack::tool
