#include "api/author.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "plugin/values.h"

using namespace gramstack;

namespace {

constexpr gramstack_param kParams[] = {
    boolean("flag", "", "true"),      integer("count", "", "-3"),   real("rate", "", "0.25"),
    text("label", "", "two words"),   path("file", "", "/tmp/x"),   choice("reduce", "", "sum", "mean|sum|none"),
    integers("widths", "", "[8, 4]"), reals("scales", "", "[0.5]"), choice("first", "", "mean", "mean"),
};

/// The defaults of kParams.
struct Defaults {
  std::vector<StoredValue> stored{std::size(kParams)};
  std::vector<gramstack_value> values;
  Defaults() {
    for (std::size_t i = 0; i < stored.size(); ++i) {
      REQUIRE(!parse_value(kParams[i], kParams[i].fallback, stored[i]));
      values.push_back(stored[i].view());
    }
  }
};

/// fill_error's answer to an exception.
template <class Thrown>
gramstack_error filled(const Thrown& thrown) {
  gramstack_error error{17, 17, "stale"};
  try {
    throw thrown;
  } catch (...) {
    fill_error(kParams, &error);
  }
  return error;
}

}  // namespace

TEST_CASE("author: arguments by name and type") {
  const Defaults defaults;
  const char* const folders[] = {"/data/one", "/data/two"};
  const gramstack_host host{sizeof(gramstack_host), folders, 2};
  const Arguments args(kParams, defaults.values.data(), &host);
  CHECK(args.boolean("flag"));
  CHECK(args.integer("count") == -3);
  CHECK(args.real("rate") == 0.25);
  CHECK(args.text("label") == "two words");
  CHECK(args.text("file") == "/tmp/x");
  CHECK(args.choice("reduce") == "sum");
  CHECK(args.choice("first") == "mean");
  CHECK(args.integers("widths") == std::vector<std::int64_t>{8, 4});
  CHECK(args.reals("scales") == std::vector<double>{0.5});
  CHECK(args.data_folders() == std::vector<std::filesystem::path>{"/data/one", "/data/two"});
  CHECK(Arguments(kParams, defaults.values.data(), nullptr).data_folders().empty());
}

TEST_CASE("author: asking for what is not in the table is a programming error") {
  const Defaults defaults;
  const Arguments args(kParams, defaults.values.data(), nullptr);
  CHECK_THROWS_WITH_AS(args.real("momentum"), "asks for 'momentum', which is none of its parameters", std::logic_error);
  CHECK_THROWS_WITH_AS(args.real("count"), "asks for 'count' as another type than its own", std::logic_error);
  CHECK_THROWS_WITH_AS(args.text("count"), "asks for 'count' as another type than its own", std::logic_error);
  CHECK_THROWS_AS(args.text(""), std::logic_error);
}

TEST_CASE("author: an exception becomes a filled error") {
  const gramstack_error blamed = filled(BadParameter("rate", "must be above zero"));
  CHECK(blamed.param == 2);
  CHECK(blamed.code == 3);
  CHECK(std::string(blamed.text) == "must be above zero");
  const gramstack_error data = filled(Error(ExitCode::data, "no images"));
  CHECK(data.param == -1);
  CHECK(data.code == 5);
  CHECK(std::string(data.text) == "no images");
  CHECK(filled(std::bad_alloc()).code == 9);
  CHECK(filled(42).code == 4);
}

TEST_CASE("author: a long text is cut between characters") {
  const std::string full(sizeof(gramstack_error::text) - 1, 'x');
  CHECK(std::string(filled(std::runtime_error(full)).text) == full);
  CHECK(std::string(filled(std::runtime_error(full + "y")).text) == full);
  const std::string umlaut = full.substr(1) + "\xc3\xa4";
  CHECK(std::string(filled(std::runtime_error(umlaut)).text) == full.substr(1));
}
