// Every kernel is a program for the GPU too: no warnings, no spilled registers.
#include <doctest/doctest.h>

#include <algorithm>

#include "conformance/cases.h"
#include "node_device.h"
#include "nvrtc.h"

namespace gramstack::gpu_test {
namespace {

using Sources = std::map<std::string, cudnn::KernelSource>;

constexpr std::size_t kKernelsPerUnit = 50;

/// Compiles all, and fails for each one that spills.
void check_kernels(const Sources& sources, const std::string& architecture) {
  std::vector<std::vector<cudnn::KernelSource>> units;
  for (const auto& [name, source] : sources) {
    if (units.empty() || units.back().size() == kKernelsPerUnit) units.emplace_back();
    units.back().push_back(source);
  }
  std::size_t compiled = 0;
  int most_registers = 0;
  std::string most;
  for (const std::vector<cudnn::KernelSource>& unit : units) {
    const Compilation made = compile_for_gpu(cudnn::text(unit), architecture);
    CHECK(made.messages == "");
    compiled += made.resources.size();
    for (const Resources& resources : made.resources) {
      const std::string& body = sources.at(resources.kernel).body;
      CHECK_MESSAGE(resources.spills == 0, "on ", architecture, ", ", resources.registers, " registers: ", body);
      CHECK_MESSAGE(resources.stack == 0, "on ", architecture, ", ", resources.registers, " registers: ", body);
      if (resources.registers > most_registers) most = resources.kernel;
      most_registers = std::max(most_registers, resources.registers);
    }
  }
  CHECK(compiled == sources.size());
  MESSAGE(architecture, ": ", compiled, " kernels, at most ", most_registers, " registers (", most, ")");
  CHECK(most_registers <= 128);  // two blocks of 256 threads a multiprocessor
}

Sources conformance_kernels(const NodeSettings& settings) {
  Sources all;
  for (const conformance::Case& subject : conformance::all_cases())
    all.merge(kernels_of(conformance::build(subject).graph, settings));
  return all;
}

TEST_CASE("gpu kernels: NVRTC compiles those of the conformance suite for sm_90") {
  check_kernels(conformance_kernels({cudnn::Layout::nhwc, cudnn::Element::bf16}), "sm_90");
}

}  // namespace
}  // namespace gramstack::gpu_test
