// Every case of the conformance suite through the generated kernels.
#include <doctest/doctest.h>

#include <cstdlib>

#include "conformance/cases.h"
#include "conformance/check.h"
#include "conformance/devices.h"
#include "host_kernels.h"
#include "node_device.h"

namespace gramstack::gpu_test {
namespace {

using conformance::Case;

bool selected(const Case& subject, const std::string& name) {
  const char* const wanted = std::getenv("GRAMSTACK_CASE");
  return !wanted || conformance::title(name, subject).find(wanted) != std::string::npos;
}

/// Kernels of all cases are asked for before the first runs, so that they are compiled together.
void check_all(const std::string& name, const NodeSettings& settings, double rounding) {
  const std::unique_ptr<Device> device = make_node_device(settings);
  conformance::Cases cases;
  for (Case& subject : conformance::all_cases())
    if (subject.skip.empty() && selected(subject, name)) cases.push_back(std::move(subject));
  for (Case& subject : cases) {
    subject.tolerance.relative = std::max(subject.tolerance.relative, rounding);
    device->compile(conformance::build(subject).graph);
  }
  for (const Case& subject : cases) {
    const std::string failure = conformance::check(*device, name, conformance::reference(), subject);
    CHECK_MESSAGE(failure.empty(), failure);
  }
}

TEST_CASE("gpu kernels: conformance in nhwc") { check_all("nhwc", {cudnn::Layout::nhwc, cudnn::Element::f32}, 0); }
TEST_CASE("gpu kernels: conformance in plain layout") {
  check_all("plain", {cudnn::Layout::plain, cudnn::Element::f32}, 0);
}

}  // namespace
}  // namespace gramstack::gpu_test
