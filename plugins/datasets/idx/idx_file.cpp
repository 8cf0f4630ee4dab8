#include "idx_file.h"

#include <fmt/format.h>

#include "api/error.h"
#include "gunzip.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, const std::string& what) {
  throw Error(ExitCode::data, fmt::format("{}: {}", file.string(), what));
}

std::size_t header_size(std::size_t rank) { return 4 + 4 * rank; }

Bytes read(const fs::path& file, std::size_t limit) {
  return file.extension() == ".gz" ? Bytes(gunzip(file, limit)) : Bytes::map(file);
}

std::uint32_t big_endian(std::span<const std::uint8_t> bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[at + i];
  return value;
}

/// "10 images of 28x28", "10 labels"
std::string described(const std::vector<std::int64_t>& extents) {
  if (extents.size() == 1) return fmt::format("{} labels", extents[0]);
  return fmt::format("{} images of {}x{}", extents[0], extents[1], extents[2]);
}

std::vector<std::int64_t> parse_header(const fs::path& file, std::span<const std::uint8_t> bytes, std::size_t rank) {
  if (bytes.empty()) fail(file, "the file is empty");
  if (bytes.size() < header_size(rank))
    fail(file, fmt::format("holds {} bytes, fewer than the {} of its header", bytes.size(), header_size(rank)));
  const std::uint32_t magic = big_endian(bytes, 0), expected = 0x00000800u | static_cast<std::uint32_t>(rank);
  if (magic != expected)
    fail(file, fmt::format("magic number is {:#010x}, expected {:#010x} (unsigned bytes, {} extent{})", magic, expected,
                           rank, rank == 1 ? "" : "s"));
  std::vector<std::int64_t> extents;
  for (std::size_t i = 0; i < rank; ++i) extents.push_back(big_endian(bytes, 4 + 4 * i));
  return extents;
}

/// Bytes of the whole file as its header promises.
std::size_t promised(const fs::path& file, const std::vector<std::int64_t>& extents) {
  std::size_t size = 1;
  for (const std::int64_t extent : extents)
    if (__builtin_mul_overflow(size, static_cast<std::size_t>(extent), &size) || size > PTRDIFF_MAX / 2)
      fail(file, fmt::format("its header promises {}, more than any file holds", described(extents)));
  if (size == 0) fail(file, fmt::format("its header promises {}: nothing to read", described(extents)));
  return header_size(extents.size()) + size;
}

void check_size(const IdxFile& idx, std::size_t expected) {
  if (idx.bytes.size() < expected)
    fail(idx.path, fmt::format("its header promises {}, {} bytes in all, but the file holds {}", described(idx.extents),
                               expected, idx.bytes.size()));
  if (idx.bytes.size() > expected)
    fail(idx.path, fmt::format("holds more than the {} bytes of the {} that its header promises", expected,
                               described(idx.extents)));
}

fs::path find(const fs::path& folder, const std::string& name) {
  for (const fs::path& candidate : {folder / name, folder / (name + ".gz")})
    if (fs::exists(candidate)) return candidate;
  fail(folder, fmt::format("holds neither {0} nor {0}.gz", name));
}

}  // namespace

IdxFile read_idx(const fs::path& folder, const std::string& name, std::size_t rank) {
  IdxFile idx;
  idx.path = find(folder, name);
  idx.extents = parse_header(idx.path, read(idx.path, header_size(rank)).view(), rank);
  const std::size_t expected = promised(idx.path, idx.extents);
  idx.bytes = read(idx.path, expected + 1);
  check_size(idx, expected);
  return idx;
}

}  // namespace gramstack
