#include "pipeline/pair_labels.h"

#include <doctest/doctest.h>

#include <set>

#include "api/error.h"
#include "training/random.h"

using namespace gramstack;

namespace {

using Table = std::vector<std::vector<Known>>;

/// By the definition: paths of the same, with one step to a different one at most.
Table known_by_paths(std::int64_t images, const std::vector<PairLabel>& pairs, bool infer) {
  const std::size_t n = static_cast<std::size_t>(images);
  Table known(n, std::vector<Known>(n, Known::nothing));
  const auto note = [&](std::size_t a, std::size_t b, Known what) {
    if (a == b || known[a][b] != Known::nothing) return false;
    known[a][b] = known[b][a] = what;
    return true;
  };
  for (const PairLabel& pair : pairs)
    note(static_cast<std::size_t>(pair.a), static_cast<std::size_t>(pair.b),
         pair.same ? Known::same : Known::different);
  for (bool changed = infer; changed;) {
    changed = false;
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b)
        for (std::size_t c = 0; c < n && known[a][b] == Known::same; ++c)
          if (known[b][c] != Known::nothing) changed |= note(a, c, known[b][c]);
  }
  return known;
}

/// Random pairs of images whose classes are their numbers modulo 3.
std::vector<PairLabel> random_pairs(std::int32_t images, std::int64_t count, std::uint64_t seed) {
  const RandomStream stream(seed, "test");
  std::vector<PairLabel> pairs;
  for (std::uint64_t i = 0; static_cast<std::int64_t>(pairs.size()) < count; ++i) {
    const std::int32_t a = static_cast<std::int32_t>(stream.below(static_cast<std::uint64_t>(images), 0, 2 * i));
    const std::int32_t b = static_cast<std::int32_t>(stream.below(static_cast<std::uint64_t>(images), 0, 2 * i + 1));
    if (a != b) pairs.push_back({a, b, a % 3 == b % 3, static_cast<std::int64_t>(i)});
  }
  return pairs;
}

void compare(const PairLabels& pairs, const Table& known, const std::vector<std::int64_t>& images) {
  for (std::size_t a = 0; a < images.size(); ++a) {
    std::set<std::int64_t> same, different;
    for (std::size_t b = 0; b < images.size(); ++b) {
      const Known wanted = known[static_cast<std::size_t>(images[a])][static_cast<std::size_t>(images[b])];
      CHECK(pairs.of(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)) == wanted);
      if (wanted == Known::same) same.insert(static_cast<std::int64_t>(b));
      if (wanted == Known::different) different.insert(static_cast<std::int64_t>(b));
    }
    for (const Known what : {Known::same, Known::different}) {
      std::set<std::int64_t> partners;
      const std::int64_t image = static_cast<std::int64_t>(a), count = pairs.partners(image, what);
      for (std::int64_t i = 0; i < count; ++i) partners.insert(pairs.partner(image, what, i));
      CHECK(static_cast<std::int64_t>(partners.size()) == count);
      CHECK(partners == (what == Known::same ? same : different));
    }
  }
}

std::string complaint(const std::vector<PairLabel>& pairs, bool infer) {
  try {
    PairLabels made(4, pairs, infer, "pairs.csv");
    return "";
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::data);
    return error.what();
  }
}

}  // namespace

TEST_CASE("pipeline: what follows from pairs is known where it is to be inferred") {
  const std::vector<PairLabel> pairs = {{0, 1, true, 1}, {2, 1, true, 2}, {2, 3, false, 3}, {5, 4, false, 4}};
  const PairLabels inferred(6, pairs, true, "");
  CHECK(inferred.of(0, 2) == Known::same);
  CHECK(inferred.of(0, 3) == Known::different);
  CHECK(inferred.of(0, 4) == Known::nothing);
  CHECK(inferred.of(0, 0) == Known::nothing);
  CHECK(inferred.partners(0, Known::same) == 2);
  const PairLabels literal(6, pairs, false, "");
  CHECK(literal.of(0, 2) == Known::nothing);
  CHECK(literal.of(1, 2) == Known::same);
  CHECK(literal.of(0, 3) == Known::nothing);
  CHECK(literal.of(3, 2) == Known::different);
}

TEST_CASE("pipeline: pairs, their consequences and partners are those that a search along paths finds") {
  for (const std::int64_t count : {1, 6, 15, 60})
    for (const bool infer : {false, true}) {
      CAPTURE(count);
      CAPTURE(infer);
      const std::vector<PairLabel> pairs = random_pairs(24, count, static_cast<std::uint64_t>(count));
      const Table known = known_by_paths(24, pairs, infer);
      const PairLabels made(24, pairs, infer, "");
      std::vector<std::int64_t> all(24);
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
      compare(made, known, all);
      const std::vector<std::int64_t> some = {17, 3, 0, 23, 8, 9, 12, 5};
      compare(made.among(some), known, some);
    }
}

TEST_CASE("pipeline: pairs that contradict each other are refused, by line") {
  CHECK(complaint({{0, 1, true, 1}, {1, 2, true, 2}, {0, 2, false, 5}}, true) ==
        "pairs.csv:5:1: error: images 0 and 2 are different here, but the same by what follows from other lines; "
        "correct them, or write infer: false");
  CHECK(complaint({{0, 1, true, 1}, {1, 2, true, 2}, {0, 2, false, 5}}, false) == "");
  CHECK(complaint({{3, 1, false, 4}, {1, 3, true, 9}}, false) ==
        "pairs.csv:4:1: error: images 3 and 1 are different here, but the same by another line; keep one");
  CHECK(complaint({{0, 1, true, 1}, {1, 0, true, 2}, {2, 3, false, 3}, {3, 2, false, 4}}, false) == "");
}
