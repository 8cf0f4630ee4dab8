#include "chart/colour_map.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace gramstack::analysis {
namespace {

/// Viridis at ninths.
constexpr std::array<Colour, 9> kStops{{{68, 1, 84},
                                        {71, 45, 123},
                                        {59, 82, 139},
                                        {44, 114, 142},
                                        {33, 145, 140},
                                        {40, 174, 128},
                                        {94, 201, 98},
                                        {173, 220, 48},
                                        {253, 231, 37}}};

std::uint8_t between(std::uint8_t low, std::uint8_t high, double share) {
  return static_cast<std::uint8_t>(std::lround(low + (high - low) * share));
}

}  // namespace

Colour map_colour(double share) {
  if (std::isnan(share)) return {128, 128, 128};
  const double place = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const std::size_t stop = std::min(static_cast<std::size_t>(place), kStops.size() - 2);
  const Colour &low = kStops[stop], &high = kStops[stop + 1];
  const double rest = place - static_cast<double>(stop);
  return {between(low.red, high.red, rest), between(low.green, high.green, rest), between(low.blue, high.blue, rest)};
}

std::string css(Colour colour) { return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue); }

std::string_view readable_on(Colour colour) {
  return 0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue > 140 ? "#000000" : "#ffffff";
}

}  // namespace gramstack::analysis
