// A folder of a test's own, and the files that data set tests put there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gramstack::test {

/// Made empty; removed with all that is in it. Its path is canonical.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// These make the folders on the way, replace a file that exists, and return its path.
  std::filesystem::path write(const std::string& name, const std::string& bytes) const;
  std::filesystem::path write_gzip(const std::string& name, const std::string& bytes) const;
  /// A gzipped tar archive of files by name.
  std::filesystem::path write_archive(const std::string& name,
                                      const std::vector<std::pair<std::string, std::string>>& files) const;

  /// A text with this folder's path written as DIR.
  std::string anonymous(std::string text) const;

 private:
  std::filesystem::path target(const std::string& name) const;
  std::filesystem::path path_;
};

std::string read_bytes(const std::filesystem::path& file);

}  // namespace gramstack::test
