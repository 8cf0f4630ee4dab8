#include "plugin/boundary.h"

#include <doctest/doctest.h>

#include <new>
#include <stdexcept>

#include "api/error.h"

using namespace gramstack;

namespace {

struct Special final : Error {
  Special() : Error(ExitCode::numerical, "diverged") {}
};

template <class Thrown>
Error error_of(const Thrown& thrown) {
  try {
    across("here", [&] { throw thrown; });
  } catch (const Error& error) {
    CHECK((typeid(error) == typeid(Error) || typeid(error) == typeid(BadParameter)));
    return Error(error.code(), error.what());
  }
  return Error(ExitCode::ok, "");
}

}  // namespace

TEST_CASE("boundary: what a function returns passes") {
  int number = 1;
  CHECK(across("here", [] { return 42; }) == 42);
  across("here", [&]() -> int& { return number; }) = 2;
  CHECK(number == 2);
}

TEST_CASE("boundary: errors of the core keep text and code") {
  CHECK(std::string(error_of(Error(ExitCode::data, "no images")).what()) == "no images");
  CHECK(error_of(Error(ExitCode::data, "no images")).code() == ExitCode::data);
  CHECK(std::string(error_of(Special()).what()) == "diverged");
  CHECK(error_of(Special()).code() == ExitCode::numerical);
  CHECK_THROWS_AS(across("here", [] { throw BadParameter("lr", "must be above zero"); }), BadParameter);
  CHECK(std::string(error_of(BadParameter("lr", "must be above zero")).what()) == "must be above zero");
}

TEST_CASE("boundary: everything else becomes one, with its place") {
  CHECK(std::string(error_of(std::runtime_error("broken")).what()) == "here: broken");
  CHECK(error_of(std::runtime_error("broken")).code() == ExitCode::plugin);
  CHECK(std::string(error_of(42).what()) == "here: threw something that is not a std::exception");
  CHECK(error_of(42).code() == ExitCode::plugin);
  CHECK(std::string(error_of(std::bad_alloc()).what()) == "here: out of memory");
  CHECK(error_of(std::bad_alloc()).code() == ExitCode::resource);
}
