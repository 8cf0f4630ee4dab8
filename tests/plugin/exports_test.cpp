// Every shipped plugin exports its descriptor and nothing else.
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <sstream>

namespace fs = std::filesystem;

namespace {

/// The names that a library defines for others, one a line, as nm prints them.
std::string exported(const fs::path& library) {
  const std::string command = "nm --dynamic --defined-only --format=just-symbols '" + library.string() + "'";
  FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 512> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) text += buffer.data();
  REQUIRE(pclose(pipe) == 0);
  return text;
}

}  // namespace

TEST_CASE("exports: a shipped plugin exports its descriptor alone") {
  CHECK(exported(fs::path(GRAMSTACK_TEST_LIBRARIES) / "no_symbol.so") == "");
  CHECK(exported(fs::path(GRAMSTACK_TEST_LIBRARIES) / "good.so") == "gramstack_plugin_v1\n");
  REQUIRE(fs::is_directory(GRAMSTACK_TEST_PLUGINS));
  for (const fs::directory_entry& entry : fs::directory_iterator(GRAMSTACK_TEST_PLUGINS))
    if (entry.path().extension() == ".so")
      CHECK_MESSAGE(exported(entry.path()) == "gramstack_plugin_v1\n", entry.path().string());
}
