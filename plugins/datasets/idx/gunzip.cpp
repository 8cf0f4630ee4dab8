#include "gunzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "api/error.h"

namespace gramstack {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

struct Close {
  void operator()(gzFile file) const { gzclose_r(file); }
};
using Stream = std::unique_ptr<gzFile_s, Close>;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw Error(ExitCode::data, fmt::format("{}: {}", file.string(), what));
}

Stream open_stream(const std::filesystem::path& file) {
  Stream stream(gzopen(file.c_str(), "rbe"));
  if (!stream) fail(file, std::strerror(errno));
  if (gzdirect(stream.get())) fail(file, "not a gzip file");
  return stream;
}

/// What zlib writes after "FILE: ".
std::string without_file(const std::string& text) {
  const std::size_t colon = text.rfind(": ");
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

void check(const std::filesystem::path& file, const Stream& stream) {
  int code = Z_OK;
  const char* const text = gzerror(stream.get(), &code);
  if (code == Z_BUF_ERROR) fail(file, "truncated: the gzip stream ends early");
  if (code != Z_OK && code != Z_STREAM_END) fail(file, fmt::format("damaged gzip stream: {}", without_file(text)));
}

}  // namespace

std::vector<std::uint8_t> gunzip(const std::filesystem::path& file, std::size_t limit) {
  const Stream stream = open_stream(file);
  std::vector<std::uint8_t> bytes;
  while (bytes.size() < limit) {
    const std::size_t start = bytes.size(), wanted = std::min(kChunk, limit - start);
    bytes.resize(start + wanted);
    const int got = gzread(stream.get(), bytes.data() + start, static_cast<unsigned>(wanted));
    bytes.resize(start + static_cast<std::size_t>(std::max(got, 0)));
    check(file, stream);
    if (got <= 0) break;
  }
  return bytes;
}

}  // namespace gramstack
