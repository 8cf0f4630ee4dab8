#include "toy_pipeline.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace gramstack::test {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gramstack-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

const std::string kToyPipeline =
    "gramstack: 1\n"
    "data: {type: toy}\n"
    "stack:\n"
    "  - module: features\n"
    "    backbone: {type: dense, units: 8}\n"
    "    kernel: {type: unit}\n"
    "    loss: {type: pull}\n"
    "    optimizer: {type: descent, lr: 0.1}\n"
    "    epochs: 5\n"
    "  - module: classifier\n"
    "    backbone: {type: dense}\n"
    "    loss: {type: scores}\n"
    "    optimizer: {type: descent, lr: 0.2}\n"
    "    epochs: 3\n";

std::string toy_with(const std::string& from, const std::string& to) {
  std::string text = kToyPipeline;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const Registry& toy_registry() {
  static const Registry registry(SearchPaths{{GRAMSTACK_TEST_LIBRARY}, {}}, HostOptions{});
  return registry;
}

Pipeline load_toy(const std::string& text, const std::vector<std::string>& overrides) {
  const Folder folder;
  const std::filesystem::path file = folder.path() / "toy.yaml";
  std::ofstream(file) << text;
  try {
    return load_pipeline(file, overrides, toy_registry());
  } catch (const Error& error) {
    const std::string message = replaced(error.what(), folder.path().string() + "/", "");
    throw Error(error.code(), replaced(message, GRAMSTACK_TEST_LIBRARY, "LIBRARY"));
  }
}

Refusal refusal(const std::string& text, const std::vector<std::string>& overrides) {
  try {
    load_toy(text, overrides);
    return {};
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
}

std::string faults(const std::string& text, const std::vector<std::string>& overrides) {
  return refusal(text, overrides).message;
}

}  // namespace gramstack::test
