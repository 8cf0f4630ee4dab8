// NVRTC needs no GPU: all kernels of shipped steps become machine code for all three architectures, and PTX.
#include <doctest/doctest.h>

#include <map>
#include <regex>

#include "compiler/compile.h"
#include "cuda/compile_kernels.h"
#include "shipped.h"
#include "support/scratch_folder.h"

namespace gramstack::cudnn {
namespace {

/// The kernels of one step, as the plan compiles them.
std::string kernels_of(const std::string& name, Precision precision) {
  Settings settings;
  settings.precision = precision;
  std::map<std::string, KernelSource> kernels;
  for (const test::ShippedStep& step : test::shipped_steps())
    if (step.name == name)
      for (const Launch& launch : compile(step.graph, settings, {}).list.launches)
        if (const KernelCall* call = std::get_if<KernelCall>(&launch.request))
          kernels.emplace(call->kernel.name, call->kernel);
  std::vector<KernelSource> sources;
  for (const auto& [entry, source] : kernels) sources.push_back(source);
  return text(sources);
}

std::size_t count(const std::string& text, const std::regex& pattern) {
  return static_cast<std::size_t>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()));
}

TEST_CASE("cudnn: kernels of whole steps compile without spills") {
  for (const char* architecture : {"sm_80", "sm_90", "sm_100"})
    for (const char* name : {"cifar10-resnet18-features", "kernel-machine-features", "quickstart-end-to-end"}) {
      CAPTURE(architecture);
      CAPTURE(name);
      const KernelImage image = compile_kernels(kernels_of(name, Precision::bf16), architecture);
      CHECK(image.bytes.substr(1, 3) == "ELF");
      CHECK(count(image.log, std::regex("Used [0-9]+ registers")) >= 10);
      CHECK(count(image.log, std::regex("[1-9][0-9]* bytes spill")) == 0);
    }
}

TEST_CASE("cudnn: newer processors are given PTX of the newest architecture that NVRTC knows") {
  CHECK(architecture_of(9, 0) == "sm_90");
  CHECK(architecture_of(8, 0) == "sm_80");
  CHECK(architecture_of(99, 0).starts_with("compute_1"));
  const KernelImage image = compile_kernels(kernels_of("quickstart-classifier", Precision::fp32), "compute_90");
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
