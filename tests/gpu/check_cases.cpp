#include "check_cases.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "conformance/check.h"
#include "conformance/devices.h"

namespace gramstack::gpu_test {
namespace {

using conformance::Case;

bool selected(const Case& subject, const std::string& name) {
  const char* const wanted = std::getenv("GRAMSTACK_CASE");
  return !wanted || conformance::title(name, subject).find(wanted) != std::string::npos;
}

/// In networks there are many roundings behind each other; their tolerances tell them from single ops.
void allow(Case& subject, double rounding) {
  const bool network = subject.tolerance.relative > 5e-5;
  subject.tolerance.relative = std::max(subject.tolerance.relative, network ? 6 * rounding : rounding);
}

}  // namespace

void check_cases(const std::string& name, Device& device, const conformance::Cases& all, double rounding) {
  conformance::Cases cases;
  for (const Case& subject : all)
    if (subject.skip.empty() && selected(subject, name)) cases.push_back(subject);
  for (Case& subject : cases) {
    allow(subject, rounding);
    device.compile(conformance::build(subject).graph);  // so that kernels of all cases are compiled together
  }
  for (const Case& subject : cases) {
    const std::string failure = conformance::check(device, name, conformance::reference(), subject);
    CHECK_MESSAGE(failure.empty(), failure);
  }
}

conformance::Cases joined(std::initializer_list<conformance::Cases> lists) {
  conformance::Cases all;
  for (const conformance::Cases& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

}  // namespace gramstack::gpu_test
