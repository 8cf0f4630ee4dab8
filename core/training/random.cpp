#include "training/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace gramstack {
namespace {

std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

std::pair<std::uint32_t, std::uint32_t> multiply(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t product = std::uint64_t{a} * b;
  return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
}

std::uint64_t joined(std::uint32_t high, std::uint32_t low) { return (std::uint64_t{high} << 32) | low; }

double unit_interval(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

std::array<std::uint32_t, 4> counter_of(std::uint64_t index, std::uint32_t epoch, std::uint32_t purpose) {
  return {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), epoch, purpose};
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const auto [high0, low0] = multiply(0xD2511F53u, counter[0]);
    const auto [high1, low1] = multiply(0xCD9E8D57u, counter[2]);
    counter = {high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view purpose)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, purpose_(fnv1a(purpose)) {}

std::uint64_t RandomStream::bits(std::uint32_t epoch, std::uint64_t index) const {
  const std::array<std::uint32_t, 4> words = philox(counter_of(index, epoch, purpose_), key_);
  return joined(words[1], words[0]);
}

double RandomStream::uniform(std::uint32_t epoch, std::uint64_t index) const {
  return unit_interval(bits(epoch, index));
}

// Box-Muller; 1 - u keeps the logarithm's argument above zero.
double RandomStream::normal(std::uint32_t epoch, std::uint64_t index) const {
  const std::array<std::uint32_t, 4> words = philox(counter_of(index, epoch, purpose_), key_);
  const double radius = std::sqrt(-2 * std::log(1 - unit_interval(joined(words[1], words[0]))));
  return radius * std::cos(2 * std::numbers::pi * unit_interval(joined(words[3], words[2])));
}

// Numbers below 2^64 mod bound are refused, so that every remainder has equally many; a refused one is replaced from
// the same counter under another key.
std::uint64_t RandomStream::below(std::uint64_t bound, std::uint32_t epoch, std::uint64_t index) const {
  const std::uint64_t refused = (0 - bound) % bound;
  std::array<std::uint32_t, 2> key = key_;
  for (;; key[1] += 0x85EBCA6Bu) {
    const std::array<std::uint32_t, 4> words = philox(counter_of(index, epoch, purpose_), key);
    const std::uint64_t drawn = joined(words[1], words[0]);
    if (drawn >= refused) return drawn % bound;
  }
}

std::vector<std::int64_t> RandomStream::permutation(std::int64_t count, std::uint32_t epoch) const {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i, epoch, i)]);
  return order;
}

}  // namespace gramstack
