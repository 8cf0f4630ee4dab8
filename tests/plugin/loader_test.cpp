#include <doctest/doctest.h>

#include <fmt/format.h>
#include <unistd.h>

#include "build_id.h"
#include "environment.h"
#include "temporary.h"

using namespace gramstack;
using test::TemporaryFolder;

namespace {

/// The message about a folder that holds this one library.
std::string message(const std::string& library) {
  const TemporaryFolder folder;
  folder.add(library);
  return test::load_message(folder);
}

}  // namespace

TEST_CASE("loader: a good plugin loads") { CHECK(message("good") == ""); }

TEST_CASE("loader: a stamp that differs is refused") {
  CHECK(message("magic") == "DIR/magic.so: not a plugin: gramstack_plugin_v1 does not start with GRAMSTK");
  CHECK(message("abi") == "DIR/abi.so: built for plugin ABI 7, this program speaks ABI 1; rebuild the plugin");
  CHECK(message("newer") == "DIR/newer.so: built for plugin ABI 2, this program speaks ABI 1; rebuild the plugin");
  CHECK(message("size") ==
        fmt::format("DIR/size.so: built for descriptors of {} bytes, this program's have {}; rebuild "
                    "the plugin",
                    sizeof(gramstack_plugin) + 8, sizeof(gramstack_plugin)));
  CHECK(message("no_symbol") == "DIR/no_symbol.so: not a plugin: exports no gramstack_plugin_v1");
}

TEST_CASE("loader: what was built differently is listed side by side") {
  const std::string compiler = GRAMSTACK_COMPILER;
  std::string expected = fmt::format(
      "DIR/build.so: built differently from the core:\n"
      "  plugin api=000000000000 / core api={}\n"
      "  plugin compiler=gcc-3 / core compiler={}\n"
      "  plugin c++=202002 / core c++={}\n",
      GRAMSTACK_API_HASH, GRAMSTACK_COMPILER, GRAMSTACK_TEXT(__cplusplus));
  if (std::string(GRAMSTACK_SANITIZER) != "none")
    expected += fmt::format("  plugin sanitizer=none / core sanitizer={}\n", GRAMSTACK_SANITIZER);
  CHECK(message("build") == expected + "  rebuild both in one build tree");
}

TEST_CASE("loader: an undefined symbol is named") {
  CHECK(message("undefined") == "DIR/undefined.so: cannot be loaded: undefined symbol: gramstack_test_missing");
}

TEST_CASE("loader: a library that dies while it is loaded costs a message") {
  CHECK(message("crashes") == "DIR/crashes.so: crashed while it was loaded (signal 11, segmentation fault)");
  CHECK(message("throws") == "DIR/throws.so: threw an exception while it was loaded: no such table");
  CHECK(message("throws_int") ==
        "DIR/throws_int.so: threw an exception while it was loaded: something that is not a std::exception");
  CHECK(message("aborts") == "DIR/aborts.so: crashed while it was loaded (signal 6, aborted); it wrote: cannot go on");
  CHECK(message("exits") == "DIR/exits.so: ended the process while it was loaded (exit status 0)");
  CHECK(message("crashes_closing") ==
        "DIR/crashes_closing.so: crashed while it was closed (signal 11, segmentation fault)");
  CHECK(message("wild_descriptor") ==
        "DIR/wild_descriptor.so: crashed while it was loaded (signal 11, segmentation fault)");
}

TEST_CASE("loader: a library that hangs is given up") {
  const TemporaryFolder folder;
  folder.add("hangs");
  CHECK(test::load_message(folder, std::chrono::milliseconds(100)) ==
        "DIR/hangs.so: hung while it was loaded: not done after 0.1 s");
}

TEST_CASE("loader: a process that a library starts does not keep the program waiting") {
  const test::Variable here("GRAMSTACK_TEST_PROCESS", std::to_string(getpid()));
  CHECK(message("lingers") == "");
}

TEST_CASE("loader: of a library that writes without end only the beginning is shown") {
  CHECK(message("chatters") == "DIR/chatters.so: ended the process while it was loaded (exit status 7); it wrote: " +
                                   std::string(400, 'x') + "...");
}

TEST_CASE("loader: a faulty descriptor is refused") {
  CHECK(message("bad_default") ==
        "DIR/bad_default.so: loss 'huber': the default of 'delta' is -1, must be at least 0\n"
        "  loss 'huber': the default of 'reduce' expects one of mean|sum, got 'means'; did you mean 'mean'?");
  CHECK(message("empty_name") == "DIR/empty_name.so: component 1, a loss, has no name");
  CHECK(message("twice") == "DIR/twice.so: loss 'same' is given twice");
}

TEST_CASE("loader: a second plugin with the same component is refused, both files are named") {
  const TemporaryFolder folder;
  folder.add("duplicate");
  folder.add("good");
  CHECK(test::load_message(folder) ==
        "DIR/good.so: gives loss 'plain', which DIR/duplicate.so gives too; keep one of the files");
}

TEST_CASE("loader: all libraries at fault are reported together") {
  const TemporaryFolder folder;
  for (const char* library : {"abi", "crashes", "good", "no_symbol"}) folder.add(library);
  CHECK(test::load_message(folder) ==
        "DIR/abi.so: built for plugin ABI 7, this program speaks ABI 1; rebuild the plugin\n"
        "DIR/crashes.so: crashed while it was loaded (signal 11, segmentation fault)\n"
        "DIR/no_symbol.so: not a plugin: exports no gramstack_plugin_v1");
}
