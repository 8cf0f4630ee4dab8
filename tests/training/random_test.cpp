#include "training/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace gramstack;

// Known answers of philox4x32-10 as its authors published them with their library (kat_vectors).
TEST_CASE("training: Philox gives the published numbers") {
  using Words = std::array<std::uint32_t, 4>;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("training: a stream depends on seed, purpose, epoch and index, and on nothing else") {
  const RandomStream stream(7, "order");
  CHECK(stream.bits(1, 2) == RandomStream(7, "order").bits(1, 2));
  CHECK(stream.bits(1, 2) != RandomStream(8, "order").bits(1, 2));
  CHECK(stream.bits(1, 2) != RandomStream(7, "crop").bits(1, 2));
  CHECK(stream.bits(1, 2) != stream.bits(2, 1));
  CHECK(stream.bits(0, 5) != stream.bits(0, 5 + (1ull << 32)));
  CHECK(RandomStream(0, "x").bits(0, 0) != RandomStream(1ull << 32, "x").bits(0, 0));
}

TEST_CASE("training: uniform and normal numbers have their moments") {
  const RandomStream stream(1, "moments");
  const int count = 100'000;
  double uniform = 0, normal = 0, square = 0, low = 1, high = 0;
  for (int i = 0; i < count; ++i) {
    const double u = stream.uniform(0, static_cast<std::uint64_t>(i)),
                 g = stream.normal(1, static_cast<std::uint64_t>(i));
    low = std::min(low, u);
    high = std::max(high, u);
    uniform += u / count;
    normal += g / count;
    square += g * g / count;
  }
  CHECK(low >= 0);
  CHECK(high < 1);
  CHECK(uniform == doctest::Approx(0.5).epsilon(0.01));
  CHECK(std::abs(normal) < 0.02);
  CHECK(square == doctest::Approx(1).epsilon(0.02));
}

TEST_CASE("training: below() gives every number equally often") {
  const RandomStream stream(3, "below");
  std::vector<int> counts(7);
  for (std::uint64_t i = 0; i < 70'000; ++i) ++counts[stream.below(7, 0, i)];
  for (const int count : counts) CHECK(std::abs(count - 10'000) < 400);
  CHECK(stream.below(1, 0, 0) == 0);
  const std::uint64_t large = (1ull << 63) + 1;
  for (std::uint64_t i = 0; i < 1000; ++i) CHECK(stream.below(large, 1, i) < large);
}

TEST_CASE("training: permutations hold every index once, another in each epoch") {
  const RandomStream stream(4, "order");
  std::vector<std::int64_t> order = stream.permutation(1000, 0);
  CHECK(order == stream.permutation(1000, 0));
  CHECK(order != stream.permutation(1000, 1));
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 1000; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  CHECK(stream.permutation(0, 0).empty());
}
