// How components are made, and how long they and their libraries live.
#include <doctest/doctest.h>

#include <dlfcn.h>

#include "api/loss.h"
#include "plugin/boundary.h"
#include "plugin/values.h"
#include "temporary.h"

using namespace gramstack;
using test::TemporaryFolder;

namespace {

/// What the defaults of a component make. REQUIRES: all of its parameters have one.
std::shared_ptr<Loss> make(const Registry& registry, const std::string& name) {
  const ComponentInfo* const info = registry.find(GRAMSTACK_LOSS, name);
  REQUIRE_MESSAGE(info != nullptr, name);
  std::vector<StoredValue> stored(info->params.size());
  std::vector<gramstack_value> values;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    REQUIRE(!parse_value(info->params[i], info->params[i].fallback, stored[i]));
    values.push_back(stored[i].view());
  }
  return registry.make<Loss>(*info, values);
}

struct Fault {
  ExitCode code;
  std::string parameter, text;
};

/// What making one of the components of bad/throwing.cpp throws.
Fault fault(const std::string& name) {
  const TemporaryFolder folder;
  folder.add("throwing");
  const Registry registry = test::load({folder.path()});
  try {
    make(registry, name);
  } catch (const BadParameter& error) {
    return {error.code(), error.parameter(), error.what()};
  } catch (const Error& error) {
    return {error.code(), "", error.what()};
  }
  FAIL("nothing was thrown");
  return {};
}

std::string said(const Loss& loss) {
  try {
    loss.check({});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool loaded(const std::filesystem::path& file) {
  void* const handle = dlopen(file.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle != nullptr) dlclose(handle);
  return handle != nullptr;
}

}  // namespace

TEST_CASE("object: components are listed by kind and name") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.add("good");
  folder.add("kept");
  const Registry registry = test::load({folder.path()});
  CHECK(registry.names(GRAMSTACK_LOSS) == std::vector<std::string>{"echo", "kept", "plain"});
  CHECK(registry.names(GRAMSTACK_DEVICE).empty());
  CHECK(registry.find(GRAMSTACK_LOSS, "ech") == nullptr);
  CHECK(registry.find(GRAMSTACK_KERNEL, "echo") == nullptr);
  const ComponentInfo* const echo = registry.find(GRAMSTACK_LOSS, "echo");
  REQUIRE(echo != nullptr);
  CHECK(echo->summary == "says what it was given");
  CHECK(echo->plugin == "good");
  CHECK(echo->version == "0.1.0");
  CHECK(echo->file == file);
  REQUIRE(echo->params.size() == 3);
  CHECK(std::string(echo->params[1].name) == "reduce");
}

TEST_CASE("object: a component gets its values and the data folders") {
  const TemporaryFolder folder;
  folder.add("good");
  const Registry registry(SearchPaths{{folder.path()}, {"/data/one", "/data/two"}}, HostOptions{});
  CHECK(said(*make(registry, "echo")) == "hello mean 3 /data/one /data/two");
}

TEST_CASE("object: it outlives its registry, and its library lives as long as it") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.add("good");
  std::shared_ptr<Loss> loss;
  {
    const Registry registry = test::load({folder.path()});
    loss = make(registry, "echo");
  }
  CHECK(loaded(file));
  CHECK(said(*loss) == "hello mean 3");
  loss.reset();
  CHECK(!loaded(file));
}

TEST_CASE("object: a library that asks for it stays loaded") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.add("kept");
  { const Registry registry = test::load({folder.path()}); }
  CHECK(loaded(file));
}

TEST_CASE("object: a constructor that blames a parameter") {
  const Fault found = fault("blames");
  CHECK(found.code == ExitCode::configuration);
  CHECK(found.parameter == "delta");
  CHECK(found.text == "must be above zero");
}

TEST_CASE("object: what else a constructor throws becomes the core's error") {
  struct Case {
    const char* name;
    ExitCode code;
    std::string text;
  };
  const Case cases[] = {
      {"standard", ExitCode::plugin, "loss 'standard': the table is empty"},
      {"foreign", ExitCode::plugin, "loss 'foreign': threw something that is not a std::exception"},
      {"blames-unknown", ExitCode::plugin,
       "loss 'blames-unknown': blames 'gamma', which is none of its parameters: must be above zero"},
      {"no-data", ExitCode::data, "loss 'no-data': no images in /nowhere"},
      {"no-memory", ExitCode::resource, "loss 'no-memory': out of memory"},
      {"asks-unknown", ExitCode::plugin, "loss 'asks-unknown': asks for 'gamma', which is none of its parameters"},
      {"asks-type", ExitCode::plugin, "loss 'asks-type': asks for 'delta' as another type than its own"},
      {"long-text", ExitCode::plugin, "loss 'long-text': " + std::string(2039, 'y')},
      {"escapes", ExitCode::plugin, "loss 'escapes': escaped"},
      {"makes-nothing", ExitCode::plugin, "loss 'makes-nothing': made no object"},
      {"silent", ExitCode::configuration, "loss 'silent': failed without saying why"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    const Fault found = fault(one.name);
    CHECK(found.code == one.code);
    CHECK(found.parameter == "");
    CHECK(found.text == one.text);
  }
}

TEST_CASE("object: the number of values must be that of the parameters") {
  const TemporaryFolder folder;
  folder.add("good");
  const Registry registry = test::load({folder.path()});
  const ComponentInfo* const echo = registry.find(GRAMSTACK_LOSS, "echo");
  REQUIRE(echo != nullptr);
  CHECK_THROWS_WITH_AS(registry.make<Loss>(*echo, {}), "loss 'echo' takes 3 values, got 0", std::logic_error);
}

TEST_CASE("object: what a method throws outlives its library") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.add("throwing");
  std::exception_ptr kept;
  try {
    const Registry registry = test::load({folder.path()});
    const std::shared_ptr<Loss> loss = make(registry, "throws-later");
    across("loss 'throws-later' (mnist.yaml:12:5)", [&] { loss->check({}); });
  } catch (...) {
    kept = std::current_exception();
  }
  CHECK(!loaded(file));
  REQUIRE(kept);
  CHECK_THROWS_WITH_AS(std::rethrow_exception(kept), "loss 'throws-later' (mnist.yaml:12:5): out of luck", Error);
}
