// The launch lists of all shipped training steps, against stored texts (launches/). After a wanted change:
// GRAMSTACK_UPDATE_LAUNCHES=1 build/tests/cudnn_tests -tc="*launch list*"
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "compiler/compile.h"
#include "process.h"
#include "shipped.h"

namespace gramstack::cudnn {
namespace {

std::filesystem::path stored(const std::string& name) {
  return std::filesystem::path(GRAMSTACK_TEST_SOURCE) / "plugins/devices/cudnn/compiler/launches" / (name + ".txt");
}

std::string launches_of(const Graph& graph, Precision precision) {
  Settings settings;
  settings.precision = precision;
  const Compiled made = compile(graph, settings, {});
  return to_text(made.list, made.program);
}

/// The first line in which two texts differ.
std::string first_difference(const std::string& got, const std::string& want) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < std::max(got.size(), want.size()); ++i) {
    if (i >= got.size() || i >= want.size() || got[i] != want[i])
      return "got:    " + got.substr(begin, got.find('\n', begin) - begin) +
             "\nstored: " + (begin < want.size() ? want.substr(begin, want.find('\n', begin) - begin) : "");
    if (got[i] == '\n') begin = i + 1;
  }
  return "";
}

void compare(const std::string& name, const std::string& got) {
  CAPTURE(name);
  if (std::getenv("GRAMSTACK_UPDATE_LAUNCHES")) test::write_text(stored(name), got);
  REQUIRE(std::filesystem::exists(stored(name)));
  INFO(first_difference(got, test::read_text(stored(name))));
  const bool same = got == test::read_text(stored(name));
  CHECK(same);
}

TEST_CASE("cudnn: the launch list of every step of the shipped pipelines is the stored one") {
  CHECK(test::shipped_steps().size() >= 7 * 3 - 1);
  for (const test::ShippedStep& step : test::shipped_steps())
    compare(step.name, launches_of(step.graph, Precision::fp32));
}

TEST_CASE("cudnn: the launch list of ResNet-18 in bf16 is the stored one") {
  for (const test::ShippedStep& step : test::shipped_steps())
    if (step.name.starts_with("cifar10-resnet18"))
      compare(step.name + "-bf16", launches_of(step.graph, Precision::bf16));
}

}  // namespace
}  // namespace gramstack::cudnn
