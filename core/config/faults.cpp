#include "config/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "config/quote.h"
#include "config/utf8.h"

namespace gramstack::config {
namespace {

constexpr std::size_t kShownFaults = 100;
constexpr std::size_t kShownCharacters = 120;  ///< of a source line
constexpr std::size_t kShownBefore = 60;       ///< of them at most so many before the place

/// A line cut into what a terminal shows as one cell each: characters, and blanks or '?' for what it cannot show.
std::vector<std::string> cells(std::string_view line) {
  std::vector<std::string> result;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t length = utf8_sequence(line, at);
    if (length == 0 || is_control(line, at, length))
      result.emplace_back(line[at] == '\t' ? " " : "?");
    else
      result.emplace_back(line.substr(at, length));
    at += std::max<std::size_t>(length, 1);
  }
  return result;
}

std::string join(const std::vector<std::string>& cells, std::size_t from, std::size_t to) {
  std::string result;
  for (std::size_t i = from; i < to; ++i) result += cells[i];
  return result;
}

/// The source line with a caret under `column` (from 0) and tildes under the rest of `length`; a window of it when it
/// is long.
std::string underlined(std::size_t number, std::string_view line, std::size_t column, std::size_t length) {
  const std::vector<std::string> shown = cells(line);
  const bool cut_left = shown.size() > kShownCharacters && column > kShownBefore;
  const std::size_t from = cut_left ? column - kShownBefore : 0;
  const std::size_t to = std::min(shown.size(), from + kShownCharacters);
  const std::string left = cut_left ? "..." : "", right = to < shown.size() ? "..." : "";
  const std::size_t indent = left.size() + column - from;
  const std::size_t room = std::max(to, column + 1) - column;
  const std::string tildes(std::min(std::max<std::size_t>(length, 1), room) - 1, '~');
  const std::string margin = fmt::format("{:5} | ", number);
  return fmt::format("{}{}{}{}\n{}| {:{}}^{}", margin, left, join(shown, from, to), right,
                     std::string(margin.size() - 2, ' '), "", indent, tildes);
}

/// Control characters of a message could drive a terminal; its own line feeds stay.
std::string harmless(std::string_view message) {
  const std::size_t end = message.find('\n');
  const std::string line = printable(message.substr(0, end), std::string_view::npos);
  return end == std::string_view::npos ? line : line + "\n" + harmless(message.substr(end + 1));
}

std::vector<std::size_t> line_offsets(std::string_view text) {
  std::vector<std::size_t> lines{0};
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') lines.push_back(i + 1);
  return lines;
}

}  // namespace

Faults::Faults(std::string file, std::string text)
    : file_(std::move(file)), text_(std::move(text)), lines_(line_offsets(text_)), sources_{file_} {}

int Faults::add_source(std::string name) {
  sources_.push_back(std::move(name));
  return static_cast<int>(sources_.size()) - 1;
}

void Faults::add(const Place& place, std::string message, ExitCode code) {
  for (const Fault& fault : faults_)  // modules that were made of one entry repeat its faults
    if (fault.message == message && fault.place == place) return;
  faults_.push_back({place, std::move(message), code});
}

bool Faults::has(ExitCode code) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const Fault& fault) { return fault.code == code; });
}

std::string_view Faults::line(std::size_t number) const {
  if (number < 1 || number > lines_.size()) return {};
  const std::size_t begin = lines_[number - 1];
  const std::size_t end = number < lines_.size() ? lines_[number] - 1 : text_.size();
  std::string_view line = std::string_view(text_).substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string Faults::describe(const Fault& fault) const {
  const std::string message = harmless(fault.message);
  const Place& place = fault.place;
  if (place.source > 0) return fmt::format("{}: error: {}", sources_[static_cast<std::size_t>(place.source)], message);
  const std::string_view text = line(place.line);
  const std::size_t begin = std::min(place.column - 1, text.size());
  const std::size_t column = cells(text.substr(0, begin)).size();
  const std::size_t length = cells(text.substr(begin, place.length)).size();
  return fmt::format("{}:{}:{}: error: {}\n{}", file_, place.line, column + 1, message,
                     underlined(place.line, text, column, length));
}

void Faults::throw_if_any() const {
  if (faults_.empty()) return;
  std::vector<Fault> sorted = faults_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Fault& a, const Fault& b) {
    return std::tie(a.place.source, a.place.line, a.place.column) <
           std::tie(b.place.source, b.place.line, b.place.column);
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), kShownFaults); ++i) text += describe(sorted[i]) + "\n";
  text += fmt::format("{} error{} in {}", sorted.size(), sorted.size() == 1 ? "" : "s", file_);
  if (sorted.size() > kShownFaults) text += fmt::format("; the first {} are shown", kShownFaults);
  const auto configuration = std::find_if(sorted.begin(), sorted.end(),
                                          [](const Fault& fault) { return fault.code == ExitCode::configuration; });
  throw Error(configuration == sorted.end() ? sorted.front().code : ExitCode::configuration, text);
}

}  // namespace gramstack::config
