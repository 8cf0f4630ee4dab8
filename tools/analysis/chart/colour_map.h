// Colours of values between a lowest and a highest: dark blue over green to yellow, as bright as they are large.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gramstack::analysis {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Colour&) const = default;
};

Colour map_colour(double share);              ///< of [0, 1]; beyond it: its end; not a number: grey
std::string css(Colour colour);               ///< "#21918c"
std::string_view readable_on(Colour colour);  ///< black or white text

}  // namespace gramstack::analysis
