#include "config/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "config/composer.h"
#include "config/quote.h"
#include "config/utf8.h"

namespace gramstack::config {
namespace {

constexpr std::size_t kBytes = 1'000'000;

/// What yaml-cpp says, in words that help. Messages that are not listed are good enough as they are.
std::string explain(const std::string& message) {
  const std::pair<const char*, const char*> kWords[] = {
      {YAML::ErrorMsg::MAP_VALUE, "a ':' is not allowed here; quote the text, or put each key on a line of its own"},
      {YAML::ErrorMsg::END_OF_MAP, "this does not belong to the mapping above; check the indentation"},
      {YAML::ErrorMsg::END_OF_SEQ, "this does not belong to the list above; check the indentation"},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, "expected ',' or '}' before this"},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "expected ',' or ']' before this"},
      {YAML::ErrorMsg::FLOW_END, "this bracket closes nothing"},
      {YAML::ErrorMsg::BLOCK_ENTRY, "a '-' is not allowed here; start the list on a line of its own"},
      {YAML::ErrorMsg::EOF_IN_SCALAR, "the text ends within quotes"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN, "a value cannot start with this character; quote it"},
      {YAML::ErrorMsg::TAB_IN_INDENTATION, "indent with blanks, not with a tab"},
  };
  for (const auto& [theirs, ours] : kWords)
    if (message == theirs) return ours;
  return message;
}

bool allowed_control(std::string_view text, std::size_t at) {
  return text[at] == '\n' || text[at] == '\t' || (text[at] == '\r' && text.substr(at, 2) == "\r\n");
}

/// Reports the first byte that is not UTF-8 or is a control character; whether the text is clean.
bool check_characters(std::string_view text, int source, Faults& faults) {
  std::size_t line = 1, begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text, at);
    const bool control = length > 0 && is_control(text, at, length) && !allowed_control(text, at);
    if (length == 0 || control) {
      faults.add({source, line, at - begin + 1, 1},
                 fmt::format("{} is not {}", printable(text.substr(at, 1), 4),
                             control ? "allowed: it is a control character" : "valid UTF-8"));
      return false;
    }
    if (text[at] == '\n') ++line, begin = at + 1;
    at += length;
  }
  return true;
}

bool check_size(std::string_view text, int source, Faults& faults) {
  if (text.size() <= kBytes) return true;
  faults.add({source, 1, 1, 1}, fmt::format("the text is larger than {} bytes", kBytes));
  return false;
}

Place place_of(const YAML::Mark& mark, int source) {
  if (mark.is_null()) return {source, 1, 1, 1};
  return {source, static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1, 1};
}

}  // namespace

const Entry* Tree::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

Entry* Tree::find(std::string_view key) {
  return const_cast<Entry*>(static_cast<const Tree*>(this)->find(key));  // NOLINT(*-const-cast): *this is not const
}

Tree scalar_at(const Place& place, std::string text) {
  Tree node;
  node.kind = Tree::Kind::scalar;
  node.place = place;
  node.text = std::move(text);
  return node;
}

std::string describe(const Tree& node) {
  switch (node.kind) {
    case Tree::Kind::scalar:
      return quote(node.text);
    case Tree::Kind::sequence:
      return "a list";
    case Tree::Kind::mapping:
      return "a mapping";
    case Tree::Kind::null:
    case Tree::Kind::invalid:
      break;
  }
  return "nothing";
}

std::string read_text(const std::string& file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string text(kBytes + 4, '\0');  // one byte more than a full file with its mark
  if (stream) stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.eof() && !stream.good())
    throw Error(ExitCode::configuration,
                fmt::format("{}: error: cannot be read: {}", file, std::strerror(errno ? errno : EIO)));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

Tree parse(std::string_view text, int source, Faults& faults) {
  Tree broken;
  broken.kind = Tree::Kind::invalid;
  if (!check_size(text, source, faults) || !check_characters(text, source, faults)) return broken;
  std::istringstream stream{std::string(text)};
  Composer composer(text, source, faults);
  try {
    YAML::Parser parser(stream);
    // The second call is there to see that there is no second document; a third could go on for ever.
    if (parser.HandleNextDocument(composer)) parser.HandleNextDocument(composer);
  } catch (const Composer::Stop&) {
    return broken;
  } catch (const YAML::Exception& exception) {
    faults.add(place_of(exception.mark, source), explain(exception.msg));
    return broken;
  }
  return composer.take();
}

}  // namespace gramstack::config
