#include "image.h"

#include <fmt/core.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "api/error.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNM
#define STBI_FAILURE_USERMSG
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS 65536
#include <stb/stb_image.h>

namespace gramstack::tool {
namespace {

struct FreePixels {
  void operator()(stbi_uc* pixels) const { stbi_image_free(pixels); }
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

using Bytes = std::vector<stbi_uc>;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

struct Size {
  int width = 0, height = 0, channels = 0;
};

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& reason) {
  throw Error(ExitCode::data, fmt::format("{}: {}", file.string(), reason));
}

Bytes read_bytes(const std::filesystem::path& file) {
  const std::unique_ptr<std::FILE, CloseFile> stream(std::fopen(file.c_str(), "rb"));
  if (!stream) fail(file, std::strerror(errno));
  Bytes bytes(65536);
  std::size_t count = 0;
  while (const std::size_t more = std::fread(bytes.data() + count, 1, bytes.size() - count, stream.get())) {
    count += more;
    if (count > kMostBytes) fail(file, "is larger than 64 MiB");
    if (count == bytes.size()) bytes.resize(2 * count);
  }
  if (std::ferror(stream.get()) != 0) fail(file, std::strerror(errno));
  bytes.resize(count);
  return bytes;
}

/// Where the pixels of a PGM or PPM begin: one character after "P5 width height maximum", with comments in between.
std::size_t pnm_pixels(const Bytes& bytes) {
  const std::size_t end = bytes.size();
  std::size_t at = 0;
  for (int field = 0; field < 4; ++field) {
    for (bool comment = false; at < end && (comment || bytes[at] == '#' || std::isspace(bytes[at]) != 0); ++at)
      comment = bytes[at] == '#' || (comment && bytes[at] != '\n');
    while (at < end && std::isspace(bytes[at]) == 0) ++at;
  }
  return at + 1;
}

/// The library takes what memory holds for the pixels that a cut PGM or PPM lacks.
bool is_cut_pnm(const Bytes& bytes, const Size& size) {
  if (bytes.size() < 2 || bytes[0] != 'P' || (bytes[1] != '5' && bytes[1] != '6')) return false;
  const bool wide = stbi_is_16_bit_from_memory(bytes.data(), static_cast<int>(bytes.size())) != 0;
  const std::size_t pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  return bytes.size() < pnm_pixels(bytes) + pixels * static_cast<std::size_t>(size.channels) * (wide ? 2 : 1);
}

/// Interleaved [h][w][c] to planes [c][h][w].
std::vector<std::uint8_t> planes(const stbi_uc* pixels, const ImageFormat& format) {
  const std::int64_t area = format.height * format.width;
  std::vector<std::uint8_t> result(static_cast<std::size_t>(format.bytes()));
  for (std::int64_t c = 0; c < format.channels; ++c)
    for (std::int64_t i = 0; i < area; ++i)
      result[static_cast<std::size_t>(c * area + i)] = pixels[i * format.channels + c];
  return result;
}

}  // namespace

std::vector<std::uint8_t> read_image(const std::filesystem::path& file, const ImageFormat& format) {
  if (format.channels != 1 && format.channels != 3)
    fail(file, fmt::format("the stack takes images of {} channels; image files have 1 or 3", format.channels));
  const Bytes bytes = read_bytes(file);
  Size size;
  const std::unique_ptr<stbi_uc, FreePixels> pixels(stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()),
                                                                          &size.width, &size.height, &size.channels,
                                                                          static_cast<int>(format.channels)));
  if (!pixels || is_cut_pnm(bytes, size))
    fail(file, fmt::format("not a PNG, JPEG, PGM or PPM image that can be read ({})",
                           pixels ? "it ends too early" : stbi_failure_reason()));
  if (size.width != format.width || size.height != format.height)
    fail(file, fmt::format("is {} pixels wide and {} high; the stack takes {} by {}", size.width, size.height,
                           format.width, format.height));
  return planes(pixels.get(), format);
}

}  // namespace gramstack::tool
