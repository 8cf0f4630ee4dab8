#include "temporary.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace gramstack::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "gramstack-test-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  path_ = fs::canonical(pattern);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path TemporaryFolder::add(const std::string& library) const {
  return write(library + ".so", library_bytes(library));
}

fs::path TemporaryFolder::write(const std::string& name, const std::string& content) const {
  fs::path file = path_ / name;
  std::ofstream stream(file, std::ios::binary);
  stream << content;
  stream.close();
  REQUIRE(!stream.fail());
  return file;
}

std::string library_bytes(const std::string& library) {
  const fs::path file = fs::path(GRAMSTACK_TEST_LIBRARIES) / (library + ".so");
  REQUIRE_MESSAGE(fs::is_regular_file(file), file.string());
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Registry load(const std::vector<fs::path>& folders) { return Registry(SearchPaths{folders, {}}, HostOptions{}); }

std::string load_message(const TemporaryFolder& folder, std::chrono::milliseconds timeout) {
  try {
    const Registry registry(SearchPaths{{folder.path()}, {}}, HostOptions{{}, timeout});
    return "";
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::plugin);
    std::string text = error.what();
    const std::string path = folder.path().string();
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path))
      text.replace(at, path.size(), "DIR");
    return text;
  }
}

}  // namespace gramstack::test
