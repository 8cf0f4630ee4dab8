// Which of the engines that cuDNN proposes was the fastest, by request; kept in one small file a GPU and version.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace gramstack::cudnn {

class Choices {
 public:
  /// A file that cannot be read is empty.
  explicit Choices(std::filesystem::path file);
  std::optional<std::size_t> find(const std::string& request) const;
  /// Keeps it, on disk too where that is possible.
  void set(const std::string& request, std::size_t choice);

 private:
  std::filesystem::path file_;
  std::map<std::string, std::size_t> choices_;
};

}  // namespace gramstack::cudnn
