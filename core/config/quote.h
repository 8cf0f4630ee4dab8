// Text from outside, made fit for a message.
#pragma once

#include <string>
#include <string_view>

namespace gramstack {

/// The text in single quotes, for a message: shortened after 80 bytes, control characters and bytes that are not UTF-8
/// written as \xNN, so that a message is always one line of valid UTF-8.
std::string quote(std::string_view text);

/// The same without the quotes and with a limit of one's own.
std::string printable(std::string_view text, std::size_t limit);

}  // namespace gramstack
