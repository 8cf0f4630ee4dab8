// A folder of a test's own.
#pragma once

#include <filesystem>
#include <string>

#include "plugin/registry.h"

namespace gramstack::test {

/// Made empty, for this user only; removed with all that is in it. Its path is canonical.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  /// A copy of a library of the host's tests, as NAME.so; its path.
  std::filesystem::path add(const std::string& library) const;
  std::filesystem::path write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

/// The bytes of a library of the host's tests. Asserts that it is there.
std::string library_bytes(const std::string& library);

/// Search in these folders only, remembering nothing between tests.
Registry load(const std::vector<std::filesystem::path>& folders);

/// The whole message of a failed load, with the folder's path written as DIR; "" when all is well. Asserts that the
/// exit code is that of plugins.
std::string load_message(const TemporaryFolder& folder, std::chrono::milliseconds timeout = std::chrono::seconds(60));

}  // namespace gramstack::test
