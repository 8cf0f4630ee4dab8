// UTF-8, as far as checking and showing text needs it.
#pragma once

#include <cstddef>
#include <string_view>

namespace gramstack {

/// Bytes of the valid UTF-8 sequence at `at`; 0: there is none. REQUIRES: at < text.size().
std::size_t utf8_sequence(std::string_view text, std::size_t at);

/// Whether that sequence is a control character (tab and line feed are).
bool is_control(std::string_view text, std::size_t at, std::size_t length);

}  // namespace gramstack
