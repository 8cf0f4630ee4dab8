#include "store/safetensors_header.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>

#include "api/error.h"

namespace gramstack {
namespace {

constexpr const char* kMetadata = "__metadata__";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

/// Bytes of the UTF-8 sequence at the beginning of `text`; 0: there is none.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xC2 ? 0 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (length == 0 || length > text.size() || byte(0) > 0xF4) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(text[i])) return 0;
  const bool overlong = (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
  const bool surrogate = byte(0) == 0xED && byte(1) > 0x9F;
  const bool beyond = byte(0) == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Receives the parser's events. Depth 0: before the header object, 1: tensor names, 2: a tensor's keys or the
/// metadata, 3: an array of numbers.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(TensorHeader& header, const std::string& file) : header_(header), file_(file) {}

  bool null() override { return misplaced(); }
  bool boolean(bool) override { return misplaced(); }
  bool number_integer(number_integer_t) override { return misplaced(); }
  bool number_float(number_float_t, const string_t&) override { return misplaced(); }
  bool binary(binary_t&) override { return misplaced(); }

  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ != 3) return misplaced();
    numbers().push_back(value);
    return true;
  }

  bool string(string_t& value) override {
    if (depth_ == 2 && in_metadata()) {
      header_.metadata[key_] = value;
    } else if (depth_ == 2 && key_ == "dtype") {
      entry().dtype = value;
    } else {
      return misplaced();
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ > 1) return misplaced();
    if (depth_ == 1 && !in_metadata()) header_.tensors[name_];
    ++depth_;
    keys_.clear();
    return true;
  }

  bool key(string_t& value) override {
    if (depth_ == 1) {
      name_ = value;
      if (!names_.insert(value).second) fail(fmt::format("'{}' occurs twice in its header", value));
      return true;
    }
    key_ = value;
    if (!keys_.insert(value).second) fail(fmt::format("{}: key '{}' occurs twice", place(), value));
    if (!in_metadata() && value != "dtype" && value != "shape" && value != "data_offsets")
      fail(fmt::format("{}: unknown key '{}'; known are dtype, shape, data_offsets", place(), value));
    return true;
  }

  bool end_object() override {
    if (depth_ == 2 && !in_metadata() && keys_.size() != 3)
      fail(fmt::format("{}: it needs the keys dtype, shape and data_offsets", place()));
    --depth_;
    return true;
  }

  bool start_array(std::size_t) override {
    if (depth_ != 2 || in_metadata() || key_ == "dtype") return misplaced();
    ++depth_;
    return true;
  }

  bool end_array() override {
    --depth_;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fail(fmt::format("its header is not JSON: error at byte {} of the header", position));
  }

 private:
  bool in_metadata() const { return name_ == kMetadata; }
  TensorEntry& entry() { return header_.tensors[name_]; }
  std::vector<std::uint64_t>& numbers() { return key_ == "shape" ? entry().shape : entry().data_offsets; }
  std::string place() const { return in_metadata() ? "its metadata" : fmt::format("tensor '{}'", name_); }

  [[noreturn]] void fail(const std::string& what) const { throw Error(ExitCode::file, file_ + ": " + what); }

  bool misplaced() const {
    if (depth_ == 0) fail("its header is not a JSON object");
    if (depth_ == 1) fail(fmt::format("{}: its header entry is not a JSON object", place()));
    if (in_metadata()) fail(fmt::format("its metadata: '{}' is not text", key_));
    fail(fmt::format("{}: '{}' {}", place(), key_,
                     key_ == "dtype" ? "is not text" : "is not an array of whole numbers from 0 to 2^64 - 1"));
  }

  TensorHeader& header_;
  const std::string& file_;
  int depth_ = 0;
  std::string name_, key_;
  std::set<std::string> names_, keys_;
};

}  // namespace

TensorHeader parse_tensor_header(std::string_view text, const std::string& file) {
  if (text.empty() || text.front() != '{') throw Error(ExitCode::file, file + ": its header does not begin with '{'");
  if (!is_utf8(text)) throw Error(ExitCode::file, file + ": its header is not UTF-8");
  TensorHeader header;
  HeaderReader reader(header, file);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  return header;
}

}  // namespace gramstack
