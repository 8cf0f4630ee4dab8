#include "config/quote.h"

#include <fmt/format.h>

#include "config/utf8.h"

namespace gramstack {

std::string printable(std::string_view text, std::size_t limit) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (at >= limit) return result + "...";
    const std::size_t length = utf8_sequence(text, at);
    if (length == 0 || is_control(text, at, length)) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
      ++at;
    } else {
      result += text.substr(at, length);
      at += length;
    }
  }
  return result;
}

std::string quote(std::string_view text) { return fmt::format("'{}'", printable(text, 80)); }

}  // namespace gramstack
