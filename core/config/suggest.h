// "did you mean": the known name that a mistyped one stands for.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gramstack {

/// Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other.
std::size_t edit_distance(std::string_view from, std::string_view to);

/// The candidate nearest to `name` without regard to case, the first of several; "" when none is near enough for a
/// slip of the keyboard.
std::string nearest(std::string_view name, std::span<const std::string> candidates);

/// "; did you mean 'cosine'?", or "" when no candidate is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace gramstack
