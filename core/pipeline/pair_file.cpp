#include "pipeline/pair_file.h"

#include <fmt/core.h>

#include <charconv>
#include <string_view>

#include "api/error.h"
#include "store/files.h"
#include "store/sha256.h"

namespace gramstack {
namespace {

class PairReader {
 public:
  PairReader(std::string file, std::string_view text, std::int64_t images)
      : file_(std::move(file)), text_(text), images_(images) {}

  std::vector<PairLabel> read() {
    while (!text_.empty()) {
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      read_line(text_.substr(0, end));
      text_.remove_prefix(std::min(end + 1, text_.size()));
    }
    if (pairs_.empty()) throw Error(ExitCode::data, fmt::format("{}: error: it has no pairs", file_));
    return std::move(pairs_);
  }

 private:
  void read_line(std::string_view line) {
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') return;
    begin_ = line.data();
    PairLabel pair{0, 0, false, line_};
    pair.a = image(line);
    pair.b = image(line);
    if (pair.a == pair.b) fail(begin_, fmt::format("a pair is of two images; this one is {} twice", pair.a));
    pair.same = line == "same";
    if (!pair.same && line != "different") fail(line.data(), fmt::format("expected same or different, got '{}'", line));
    pairs_.push_back(pair);
  }

  /// Takes a number and the comma behind it from the line.
  std::int32_t image(std::string_view& line) {
    std::int64_t number = -1;
    const char* end = line.data() + line.size();
    const std::from_chars_result result = std::from_chars(line.data(), end, number);
    if (result.ec != std::errc() || result.ptr == end || *result.ptr != ',')
      fail(line.data(), fmt::format("expected a line such as 17,4023,same, got '{}'", line));
    if (number < 0 || number >= images_)
      fail(line.data(), fmt::format("there is no training image {}: there are {}, counted from 0", number, images_));
    line.remove_prefix(static_cast<std::size_t>(result.ptr - line.data()) + 1);
    return static_cast<std::int32_t>(number);
  }

  [[noreturn]] void fail(const char* at, const std::string& what) const {
    throw Error(ExitCode::data, fmt::format("{}:{}:{}: error: {}", file_, line_, at - begin_ + 1, what));
  }

  std::string file_;
  std::string_view text_;
  std::int64_t images_, line_ = 0;
  const char* begin_ = nullptr;  ///< of the line
  std::vector<PairLabel> pairs_;
};

}  // namespace

std::shared_ptr<const PairFile> read_pair_file(const std::filesystem::path& path, std::int64_t images, bool infer) {
  const std::string text = read_text(path);
  const std::vector<PairLabel> pairs = PairReader(path.string(), text, images).read();
  return std::make_shared<const PairFile>(
      PairFile{std::filesystem::absolute(path).lexically_normal(), sha256(std::as_bytes(std::span(text))),
               static_cast<std::int64_t>(pairs.size()), PairLabels(images, pairs, infer, path.string())});
}

}  // namespace gramstack
