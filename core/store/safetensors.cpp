#include "store/safetensors.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "api/error.h"
#include "store/safetensors_header.h"

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

namespace gramstack {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint64_t);
constexpr std::array<std::pair<const char*, DataType>, 4> kTypes{
    {{"F32", DataType::f32}, {"F64", DataType::f64}, {"I32", DataType::i32}, {"U8", DataType::u8}}};

const char* dtype_of(DataType type) {
  return std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& row) { return row.second == type; })->first;
}

std::optional<DataType> type_of(const std::string& dtype) {
  for (const auto& [name, type] : kTypes)
    if (dtype == name) return type;
  return std::nullopt;
}

/// shape x element size, if it fits.
std::optional<std::uint64_t> bytes_of_shape(const std::vector<std::uint64_t>& shape, std::uint64_t element) {
  std::uint64_t bytes = element;
  for (const std::uint64_t extent : shape) {
    if (extent > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

/// Reads the tensors of a header from the data behind it, each fault an Error(file) that names file and tensor.
class DataReader {
 public:
  DataReader(std::span<const std::byte> data, const std::string& file) : data_(data), file_(file) {}

  void check(const std::string& name, const TensorEntry& entry) const {
    const std::optional<DataType> type = type_of(entry.dtype);
    if (!type) fail(name, fmt::format("it has type '{}'; known are F32, F64, I32, U8", entry.dtype));
    if (entry.data_offsets.size() != 2)
      fail(name, fmt::format("its data_offsets have {} numbers, 2 are needed", entry.data_offsets.size()));
    const std::uint64_t begin = entry.data_offsets[0], end = entry.data_offsets[1];
    if (begin > end) fail(name, fmt::format("its data range {}..{} is reversed", begin, end));
    if (end > data_.size())
      fail(name, fmt::format("its data range {}..{} goes beyond the {} bytes of data", begin, end, data_.size()));
    const std::optional<std::uint64_t> wanted = bytes_of_shape(entry.shape, size_of(*type));
    if (!wanted) fail(name, fmt::format("its shape [{}] is too large", fmt::join(entry.shape, ",")));
    if (*wanted != end - begin)
      fail(name, fmt::format("its data range {}..{} has {} bytes, {}[{}] needs {}", begin, end, end - begin,
                             entry.dtype, fmt::join(entry.shape, ","), *wanted));
  }

  /// REQUIRES: entry has passed check(). Only called after check_coverage(), which bounds the memory of all tensors.
  HostTensor tensor(const TensorEntry& entry) const {
    const std::uint64_t begin = entry.data_offsets[0], end = entry.data_offsets[1];
    const std::span<const std::byte> bytes = data_.subspan(begin, end - begin);
    return {{*type_of(entry.dtype), Shape(entry.shape.begin(), entry.shape.end())}, {bytes.begin(), bytes.end()}};
  }

  /// REQUIRES: every entry has passed check().
  void check_coverage(const std::map<std::string, TensorEntry>& tensors) const {
    struct Range {
      std::uint64_t begin, end;
      const std::string* name;
    };
    std::vector<Range> ranges;
    for (const auto& [name, entry] : tensors) ranges.push_back({entry.data_offsets[0], entry.data_offsets[1], &name});
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    std::uint64_t covered = 0;
    for (const Range& range : ranges) {
      if (range.begin != covered)
        fail(*range.name, fmt::format("its data begins at {}, the data before it end at {}: they {}", range.begin,
                                      covered, range.begin < covered ? "overlap" : "leave a hole"));
      covered = range.end;
    }
    if (covered != data_.size())
      throw Error(ExitCode::file, fmt::format("{}: {} bytes follow the last tensor", file_, data_.size() - covered));
  }

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    throw Error(ExitCode::file, fmt::format("{}: tensor '{}': {}", file_, name, what));
  }

  std::span<const std::byte> data_;
  const std::string& file_;
};

/// The larger elements first, so that each tensor is aligned to its own.
std::vector<const TensorMap::value_type*> data_order(const TensorMap& tensors) {
  std::vector<const TensorMap::value_type*> order;
  for (const TensorMap::value_type& item : tensors) order.push_back(&item);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return size_of(a->second.type.type) > size_of(b->second.type.type);
  });
  return order;
}

std::string header_of(const TensorFile& file, const std::vector<const TensorMap::value_type*>& order) {
  nlohmann::json header = nlohmann::json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::size_t offset = 0;
  for (const TensorMap::value_type* item : order) {
    const auto& [name, tensor] = *item;
    header[name] = {{"dtype", dtype_of(tensor.type.type)},
                    {"shape", tensor.type.shape},
                    {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

/// From the first bytes of a file of `size` bytes.
std::size_t header_length(std::span<const std::byte> begin, std::uintmax_t size, const std::string& file) {
  std::uint64_t length = 0;
  if (begin.size() < kLengthBytes)
    throw Error(ExitCode::file,
                fmt::format("{}: it has {} bytes, not even the 8 of a header's length", file, begin.size()));
  std::memcpy(&length, begin.data(), kLengthBytes);
  if (length > kLargestHeader)
    throw Error(ExitCode::file,
                fmt::format("{}: its header length is {}, at most {} is allowed", file, length, kLargestHeader));
  if (length > size - kLengthBytes)
    throw Error(ExitCode::file, fmt::format("{}: its header length is {}, but only {} bytes follow: it was cut", file,
                                            length, size - kLengthBytes));
  return length;
}

}  // namespace

std::vector<std::byte> to_safetensors(const TensorFile& file) {
  const std::vector<const TensorMap::value_type*> order = data_order(file.tensors);
  const std::string header = header_of(file, order);
  const std::uint64_t length = header.size();
  std::vector<std::byte> bytes(sizeof length + header.size());
  std::memcpy(bytes.data(), &length, sizeof length);
  std::memcpy(bytes.data() + sizeof length, header.data(), header.size());
  for (const TensorMap::value_type* item : order)
    bytes.insert(bytes.end(), item->second.bytes.begin(), item->second.bytes.end());
  return bytes;
}

TensorFile from_safetensors(std::span<const std::byte> bytes, const std::string& file) {
  const std::size_t length = header_length(bytes, bytes.size(), file);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data() + kLengthBytes), length);
  const TensorHeader header = parse_tensor_header(text, file);
  const DataReader reader(bytes.subspan(kLengthBytes + length), file);
  TensorFile result;
  result.metadata = header.metadata;
  for (const auto& [name, entry] : header.tensors) reader.check(name, entry);
  reader.check_coverage(header.tensors);
  for (const auto& [name, entry] : header.tensors) result.tensors[name] = reader.tensor(entry);
  return result;
}

std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& file,
                                                             const std::string& name) {
  std::ifstream stream(file, std::ios::binary);
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (!stream || error) throw Error(ExitCode::file, fmt::format("cannot read {}", file.string()));
  std::string text(kLengthBytes, '\0');
  stream.read(text.data(), kLengthBytes);
  text.resize(static_cast<std::size_t>(stream.gcount()));
  const std::size_t length = header_length(std::as_bytes(std::span(text)), size, name);
  text.resize(length);
  stream.read(text.data(), static_cast<std::streamsize>(length));
  if (!stream) throw Error(ExitCode::file, fmt::format("cannot read {}", file.string()));
  return parse_tensor_header(text, name).metadata;
}

}  // namespace gramstack
