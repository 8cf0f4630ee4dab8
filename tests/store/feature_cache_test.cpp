#include "store/feature_cache.h"

#include <doctest/doctest.h>

#include "store/files.h"
#include "support/scratch_folder.h"

using namespace gramstack;

namespace {

using Rows = std::vector<float>;

constexpr std::uintmax_t kFile = 64 + 3 * sizeof(float);  // of three numbers

void age(const std::filesystem::path& file, int days) {
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * days));
}

}  // namespace

TEST_CASE("store: features are found as they were put, by every process with the folder") {
  const test::ScratchFolder folder;
  FeatureCache(folder / "store").put("a", Rows{1, -2.5f, 3});
  CHECK(FeatureCache(folder / "store").find("a") == Rows{1, -2.5f, 3});
  CHECK_FALSE(FeatureCache(folder / "store").find("b").has_value());
  CHECK(std::filesystem::file_size(folder / "store/features/a") == kFile);
}

TEST_CASE("store: damaged features are as good as not there, and are replaced") {
  const test::ScratchFolder folder;
  const FeatureCache cache(folder.path());
  for (const std::size_t position : {std::size_t{0}, std::size_t{63}, std::size_t{64}, std::size_t{75}}) {
    cache.put("a", Rows{1, 2, 3});
    std::vector<std::byte> bytes = read_file(folder / "features/a");
    bytes[position] ^= std::byte{1};
    write_atomically(folder / "features/a", bytes);
    CHECK_FALSE(cache.find("a").has_value());
  }
  for (const std::size_t size : {0u, 10u, 64u + 4u, 64u + 5u}) {
    cache.put("a", Rows{1, 2, 3});
    std::filesystem::resize_file(folder / "features/a", size);
    CHECK_FALSE(cache.find("a").has_value());
  }
  cache.put("a", Rows{1, 2, 3});
  CHECK(cache.find("a") == Rows{1, 2, 3});
}

TEST_CASE("store: features that were not used for longest make room for new ones") {
  const test::ScratchFolder folder;
  const FeatureCache cache(folder.path(), 3 * kFile);
  for (const char* key : {"a", "b", "c"}) cache.put(key, Rows{1, 2, 3});
  age(folder / "features/a", 3);
  age(folder / "features/b", 2);
  age(folder / "features/c", 1);
  CHECK(cache.find("a").has_value());  // used now
  cache.put("d", Rows{1, 2, 3});
  CHECK_FALSE(cache.find("b").has_value());
  for (const char* key : {"a", "c", "d"}) CHECK(cache.find(key).has_value());
  cache.put("large", Rows(1000));
  CHECK_FALSE(cache.find("large").has_value());
  CHECK(cache.find("a").has_value());
}

TEST_CASE("store: without a folder, or in one that cannot be written, no features are kept") {
  const test::ScratchFolder folder;
  CHECK_FALSE(FeatureCache({}).keeps());
  FeatureCache({}).put("a", Rows{1});
  write_atomically(folder / "file", "");
  const FeatureCache cache(folder / "file");
  cache.put("a", Rows{1});
  CHECK_FALSE(cache.find("a").has_value());
}
