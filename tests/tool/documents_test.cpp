// README.md and pipelines/ say what is true.
#include <doctest/doctest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "process.h"
#include "tiny.h"

using namespace gramstack::test;

namespace {

const std::filesystem::path kSource = GRAMSTACK_TEST_SOURCE;

std::vector<std::filesystem::path> pipelines() {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::directory_entry& entry :
       std::filesystem::recursive_directory_iterator(kSource / "pipelines"))
    if (!entry.is_directory()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// The code blocks of a Markdown text that are marked as `language`.
std::vector<std::string> blocks(const std::string& text, const std::string& language) {
  std::vector<std::string> result;
  const std::string opening = "\n```" + language + "\n";
  for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
    const std::size_t begin = at + opening.size();
    result.push_back(text.substr(begin, text.find("```", begin) - begin));
  }
  return result;
}

/// `word` as code, alone or with arguments.
bool mentions(const std::string& text, const std::string& word) {
  return text.find("`" + word + "`") != std::string::npos || text.find("`" + word + " ") != std::string::npos;
}

}  // namespace

TEST_CASE("tool: every pipeline says what it needs, and passes its check on data of that kind") {
  const TemporaryFolder folder;
  write_idx(folder.path() / "mnist", 28, 10, 4200);  // kernel-network has 4000 centers
  write_idx(folder.path() / "fashion-mnist", 28, 10, 1200);
  write_cifar(folder.path() / "cifar-10-batches-bin");
  std::size_t count = 0;
  for (const std::filesystem::path& file : pipelines()) {
    CAPTURE(file);
    CHECK(file.extension() == ".yaml");
    CHECK(read_text(file).find("# ") == 0);
    CHECK(read_text(file).find("\n# Data: ") != std::string::npos);
    const Outcome outcome =
        run_tool({"check", file.string(), "--data-path", folder.path(), "--set", "data.validation=20"});
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    ++count;
  }
  CHECK(count >= 7);
}

TEST_CASE("tool: the plugin that the README shows is the one that is tested") {
  const std::vector<std::string> code = blocks(read_text(kSource / "README.md"), "cpp");
  REQUIRE(code.size() == 1);
  CHECK(code.front() == read_text(kSource / "tests/tool/example/absolute.cpp"));
}

TEST_CASE("tool: the pipeline that the README explains is pipelines/quickstart.yaml") {
  const std::vector<std::string> files = blocks(read_text(kSource / "README.md"), "yaml");
  REQUIRE(files.size() == 1);
  const std::string file = read_text(kSource / "pipelines/quickstart.yaml");
  CHECK(files.front() == file.substr(file.find("gramstack: 1")));
}

TEST_CASE("tool: the README lists every command and every shipped component") {
  const std::string readme = read_text(kSource / "README.md");
  for (const char* verb : {"run", "resume", "eval", "predict", "check", "render", "graph", "labels", "pairs", "report",
                           "plugins", "help", "version"})
    CHECK_MESSAGE(mentions(readme, verb), verb);
  const nlohmann::json components = nlohmann::json::parse(run_tool({"plugins", "--json"}).out);
  for (const nlohmann::json& component : components) {
    const std::string name = component["name"];
    CHECK_MESSAGE(mentions(readme, name), name);
  }
}
