#include "config/suggest.h"

#include <algorithm>
#include <vector>

namespace gramstack {
namespace {

constexpr std::size_t kFarthest = 3;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

std::size_t length_difference(std::string_view a, std::string_view b) {
  return std::max(a.size(), b.size()) - std::min(a.size(), b.size());
}

/// A slip changes little of a name: one letter of a short one, three of a long one, never all of it.
std::size_t farthest(std::string_view name) {
  return std::min({kFarthest, 1 + name.size() / 4, name.size() - std::min<std::size_t>(name.size(), 1)});
}

}  // namespace

std::size_t edit_distance(std::string_view from, std::string_view to) {
  const std::size_t width = to.size() + 1;
  std::vector<std::size_t> before(width), last(width), row(width);
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t change = from[i - 1] == to[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[to.size()];
}

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  const std::string wanted = lower(name);
  std::string best;
  std::size_t limit = farthest(name) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || length_difference(candidate, wanted) >= limit) continue;
    const std::size_t distance = edit_distance(wanted, lower(candidate));
    if (distance < limit) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string known = nearest(name, candidates);
  return known.empty() ? "" : "; did you mean '" + known + "'?";
}

}  // namespace gramstack
