// NVRTC needs no GPU: all kernels of shipped steps become machine code for all three architectures, and PTX.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <regex>

#include "compiler/compile.h"
#include "cuda/compile_kernels.h"
#include "shipped.h"
#include "support/scratch_folder.h"

namespace gramstack::cudnn {
namespace {

using Kernels = std::map<std::string, KernelSource>;

/// The kernels of the steps whose name begins so, each once.
Kernels kernels_of(const std::string& beginning, Precision precision) {
  Settings settings;
  settings.precision = precision;
  Kernels kernels;
  for (const test::ShippedStep& step : test::shipped_steps())
    if (step.name.starts_with(beginning))
      for (const Launch& launch : compile(step.graph, settings, {}).list.launches)
        if (const KernelCall* call = std::get_if<KernelCall>(&launch.request))
          kernels.emplace(call->kernel.name, call->kernel);
  return kernels;
}

std::string text_of(const Kernels& kernels) {
  std::vector<KernelSource> sources;
  for (const auto& [entry, source] : kernels) sources.push_back(source);
  return text(sources);
}

/// The numbers that stand at the pattern's group in a compiler's log.
std::vector<int> numbers(const std::string& log, const char* pattern) {
  const std::regex expression(pattern);
  std::vector<int> found;
  for (std::sregex_iterator i(log.begin(), log.end(), expression), end; i != end; ++i)
    found.push_back(std::stoi((*i)[1]));
  return found;
}

int most(const std::vector<int>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

// The compiler lets a few kernels spill a handful of numbers, though registers are left.
void check_all_kernels(const std::string& architecture) {
  Kernels kernels = kernels_of("", Precision::fp32);
  kernels.merge(kernels_of("", Precision::bf16));
  CHECK(kernels.size() > 300);
  const KernelImage image = compile_kernels(text_of(kernels), architecture);
  CHECK(image.bytes.substr(1, 3) == "ELF");
  const std::vector<int> registers = numbers(image.log, "Used ([0-9]+) registers");
  const std::vector<int> spills = numbers(image.log, "([1-9][0-9]*) bytes spill stores");
  CHECK(registers.size() == kernels.size());
  CHECK(most(registers) <= 128);  // two blocks of 256 threads fit a multiprocessor
  CHECK(most(spills) <= 32);
  CHECK(50 * spills.size() <= kernels.size());
  MESSAGE(kernels.size() << " kernels for " << architecture << ": at most " << most(registers) << " registers; "
                         << spills.size() << " kernels spill, at most " << most(spills) << " bytes");
}

TEST_CASE("cudnn: every kernel of every shipped step compiles for sm_80") { check_all_kernels("sm_80"); }
TEST_CASE("cudnn: every kernel of every shipped step compiles for sm_90") { check_all_kernels("sm_90"); }
TEST_CASE("cudnn: every kernel of every shipped step compiles for sm_100") { check_all_kernels("sm_100"); }

TEST_CASE("cudnn: newer processors are given PTX of the newest architecture that NVRTC knows") {
  CHECK(architecture_of(9, 0) == "sm_90");
  CHECK(architecture_of(8, 0) == "sm_80");
  CHECK(architecture_of(99, 0).starts_with("compute_1"));
  const KernelImage image =
      compile_kernels(text_of(kernels_of("quickstart-classifier", Precision::fp32)), "compute_90");
  CHECK(image.bytes.find(".target sm_90") != std::string::npos);
}

TEST_CASE("cudnn: compiled kernels are kept, by source and architecture") {
  const test::ScratchFolder folder;
  const std::string source = "extern \"C\" __global__ void one(float* p) { *p = 1; }";
  const KernelImage first = cached_kernels(source, "sm_90", folder.path());
  const KernelImage again = cached_kernels(source, "sm_90", folder.path());
  CHECK_FALSE(first.log.empty());
  CHECK(again.log == "");
  CHECK(again.bytes == first.bytes);
  CHECK(cached_kernels(source, "sm_80", folder.path()).bytes != first.bytes);
  CHECK_FALSE(cached_kernels(source + " ", "sm_90", folder.path()).log.empty());
}

TEST_CASE("cudnn: a kernel that does not compile is an error with the compiler's words") {
  const std::string failure = test::failure_of([] { compile_kernels("void f() { g(); }", "sm_90"); });
  CHECK(failure.starts_with("8: device cudnn: a kernel does not compile for sm_90:\n"));
  CHECK(failure.find("identifier \"g\" is undefined") != std::string::npos);
}

}  // namespace
}  // namespace gramstack::cudnn
