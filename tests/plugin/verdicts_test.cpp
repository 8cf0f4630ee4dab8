#include "plugin/verdicts.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include "environment.h"
#include "temporary.h"

using namespace gramstack;
using test::TemporaryFolder;
using test::Variable;

namespace fs = std::filesystem;

namespace {

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("verdicts: a library is known until it changes") {
  const TemporaryFolder folder, cache;
  const fs::path file = folder.write("x.so", "one");
  const Verdicts verdicts(cache.path() / "not/yet/there");
  CHECK(!verdicts.good(file));
  verdicts.remember_good(file);
  CHECK(verdicts.good(file));
  CHECK(!verdicts.good(folder.write("y.so", "one")));
  CHECK(entries(cache.path() / "not/yet/there") == 1);

  folder.write("x.so", "other");
  CHECK(!verdicts.good(file));
  verdicts.remember_good(file);
  CHECK(verdicts.good(file));
  fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(1));
  CHECK(!verdicts.good(file));
  fs::remove(file);
  CHECK(!verdicts.good(file));
}

TEST_CASE("verdicts: a file that replaces another of its size and time is not known") {
  const TemporaryFolder folder, cache;
  const fs::path file = folder.write("x.so", "one");
  const Verdicts verdicts(cache.path());
  verdicts.remember_good(file);
  const fs::path other = folder.write("other", "two");
  fs::last_write_time(other, fs::last_write_time(file));
  fs::rename(other, file);
  CHECK(!verdicts.good(file));
}

TEST_CASE("verdicts: a damaged or missing folder is no fault") {
  const TemporaryFolder folder, cache;
  const fs::path file = folder.write("x.so", "one");
  const Verdicts nowhere{fs::path()}, blocked(cache.write("file", "text") / "below");
  nowhere.remember_good(file);
  CHECK(!nowhere.good(file));
  blocked.remember_good(file);
  CHECK(!blocked.good(file));

  const Verdicts verdicts(cache.path() / "folder");
  verdicts.remember_good(file);
  REQUIRE(verdicts.good(file));
  for (const fs::directory_entry& entry : fs::directory_iterator(cache.path() / "folder"))
    fs::resize_file(entry.path(), 10);
  CHECK(!verdicts.good(file));
}

TEST_CASE("verdicts: stand in the user's cache folder") {
  const Variable home("HOME", "/home/me");
  {
    const Variable cache("XDG_CACHE_HOME", "/cache");
    CHECK(verdict_folder() == "/cache/gramstack/plugins");
  }
  const Variable relative("XDG_CACHE_HOME", "cache");
  CHECK(verdict_folder() == "/home/me/.cache/gramstack/plugins");
  const Variable none("HOME", std::nullopt);
  CHECK(verdict_folder() == "");
}

TEST_CASE("verdicts: a library that passed its probe is not probed again") {
  const TemporaryFolder folder, cache;
  folder.add("one_process");
  const SearchPaths paths{{folder.path()}, {}};
  const Variable here("GRAMSTACK_TEST_PROCESS", std::to_string(getpid()));
  CHECK_THROWS_WITH_AS(
      Registry(paths, HostOptions{cache.path()}),
      (folder.path().string() + "/one_process.so: crashed while it was loaded (signal 6, aborted)").c_str(), Error);
  CHECK(entries(cache.path()) == 0);
  {
    const Variable anywhere("GRAMSTACK_TEST_PROCESS", std::nullopt);
    CHECK(Registry(paths, HostOptions{cache.path()}).components().size() == 1);
  }
  CHECK(entries(cache.path()) == 1);
  CHECK(Registry(paths, HostOptions{cache.path()}).components().size() == 1);
}

TEST_CASE("verdicts: by default the user's cache folder is used") {
  const TemporaryFolder folder, cache;
  folder.add("good");
  const Variable user("XDG_CACHE_HOME", cache.path().string());
  CHECK(Registry(SearchPaths{{folder.path()}, {}}).components().size() == 2);
  CHECK(entries(cache / "gramstack/plugins") == 1);
}
