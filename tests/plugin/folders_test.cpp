#include "plugin/folders.h"

#include <doctest/doctest.h>

#include "environment.h"
#include "plugin/registry.h"

using namespace gramstack;
using test::Variable;

namespace fs = std::filesystem;

namespace {

using Paths = std::vector<fs::path>;

/// No variable of the user's reaches the test.
struct Clean {
  Variable plugins{"GRAMSTACK_PLUGIN_PATH", std::nullopt};
  Variable data{"GRAMSTACK_DATA", std::nullopt};
  Variable data_home{"XDG_DATA_HOME", std::nullopt};
  Variable data_dirs{"XDG_DATA_DIRS", std::nullopt};
  Variable store{"GRAMSTACK_STORE", std::nullopt};
  Variable home{"HOME", "/home/me"};
};

fs::path installed() { return fs::path(GRAMSTACK_TEST_BINARY) / "lib/gramstack/plugins"; }

}  // namespace

TEST_CASE("folders: searched in order: options, environment, user, installation, system") {
  const Clean clean;
  const Variable plugins("GRAMSTACK_PLUGIN_PATH", "/e/one:/e/two"), data("GRAMSTACK_DATA", "/d/one::/d/two:");
  const SearchPaths paths = search_paths({"/o/one", "/o/./two/"}, {"/o/data"});
  CHECK(paths.plugins ==
        Paths{"/o/one", "/o/two/", "/e/one", "/e/two", "/home/me/.local/share/gramstack/plugins", installed()});
  CHECK(paths.data == Paths{"/o/data", "/d/one", "/d/two", "/home/me/.local/share/gramstack/datasets",
                            "/usr/local/share/datasets", "/usr/share/datasets"});
}

TEST_CASE("folders: the XDG variables are followed when they are absolute") {
  const Clean clean;
  const Variable home("XDG_DATA_HOME", "/x"), shared("XDG_DATA_DIRS", "/s1:relative:/s2/");
  CHECK(search_paths({}, {}).plugins == Paths{"/x/gramstack/plugins", installed()});
  CHECK(search_paths({}, {}).data == Paths{"/x/gramstack/datasets", "/s1/datasets", "/s2/datasets"});
  const Variable relative("XDG_DATA_HOME", "x");
  CHECK(search_paths({}, {}).data[0] == "/home/me/.local/share/gramstack/datasets");
}

TEST_CASE("folders: without a home the user has none") {
  const Clean clean;
  const Variable home("HOME", std::nullopt);
  CHECK(search_paths({}, {}).plugins == Paths{installed()});
  CHECK(search_paths({}, {}).data == Paths{"/usr/local/share/datasets", "/usr/share/datasets"});
}

TEST_CASE("folders: relative entries are refused") {
  const Clean clean;
  CHECK_THROWS_WITH_AS(search_paths({"plugins"}, {}),
                       "--plugin-path: 'plugins' is a relative path; give an absolute one", Error);
  CHECK_THROWS_WITH_AS(search_paths({}, {""}), "--data-path: '' is a relative path; give an absolute one", Error);
  const Variable plugins("GRAMSTACK_PLUGIN_PATH", "/a:.");
  CHECK_THROWS_WITH_AS(search_paths({}, {}), "GRAMSTACK_PLUGIN_PATH: '.' is a relative path; give an absolute one",
                       Error);
}

TEST_CASE("folders: the module store is an option's, the environment's or the user's") {
  const Clean clean;
  CHECK(search_paths({}, {}).store == "/home/me/.local/share/gramstack/modules");
  const Variable home("XDG_DATA_HOME", "/x");
  CHECK(search_paths({}, {}).store == "/x/gramstack/modules");
  const Variable store("GRAMSTACK_STORE", "/s/../t");
  CHECK(search_paths({}, {}).store == "/t");
  CHECK(search_paths({}, {}, "/o").store == "/o");
  CHECK(search_paths({}, {}, "o").store == fs::current_path() / "o");
  const Variable relative("GRAMSTACK_STORE", "modules");
  CHECK_THROWS_WITH_AS(search_paths({}, {}), "GRAMSTACK_STORE: 'modules' is a relative path; give an absolute one",
                       Error);
}

TEST_CASE("folders: without a home there is no module store") {
  const Clean clean;
  const Variable home("HOME", std::nullopt);
  CHECK(search_paths({}, {}).store.empty());
}
