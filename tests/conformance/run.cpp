// Every device but the reference, every case. GRAMSTACK_CASE='onednn: relu [5]' runs the cases whose title holds that
// text; a failure prints the line that runs it alone.
#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "cases.h"
#include "check.h"
#include "devices.h"

namespace gramstack::conformance {
namespace {

bool selected(const std::string& title) {
  const char* wanted = std::getenv("GRAMSTACK_CASE");
  return !wanted || title.find(wanted) != std::string::npos;
}

void run(const Cases& cases) {
  for (const TestedDevice& tested : compared_devices())
    for (const Case& subject : cases) {
      if (!selected(title(tested.name, subject))) continue;
      if (!subject.skip.empty()) {
        MESSAGE(title(tested.name, subject), " is skipped: ", subject.skip);
        continue;
      }
      const std::string failure = check(*tested.device, tested.name, reference(), subject);
      CHECK_MESSAGE(failure.empty(), failure);
    }
}

TEST_CASE("conformance: elementwise cases") { run(elementwise_cases()); }
TEST_CASE("conformance: shape and reduction cases") { run(shape_cases()); }
TEST_CASE("conformance: matrix cases") { run(matrix_cases()); }
TEST_CASE("conformance: convolution cases") { run(convolution_cases()); }
TEST_CASE("conformance: pooling cases") { run(pooling_cases()); }
TEST_CASE("conformance: batch norm cases") { run(batch_norm_cases()); }
TEST_CASE("conformance: data cases") { run(data_cases()); }
TEST_CASE("conformance: plan cases") { run(plan_cases()); }
TEST_CASE("conformance: networks") { run(network_cases()); }

TEST_CASE("conformance: devices that are not available say why") {
  for (const TestedDevice& tested : all_devices())
    if (!tested.device) {
      MESSAGE("device '", tested.name, "' is not tested: ", tested.unavailable);
      CHECK_FALSE(tested.unavailable.empty());
    }
}

TEST_CASE("conformance: GRAMSTACK_CASE selects a case") {
  bool any = false;
  for (const TestedDevice& tested : compared_devices())
    for (const Case& subject : all_cases()) any = any || selected(title(tested.name, subject));
  const bool nothing_to_select = compared_devices().empty() || !std::getenv("GRAMSTACK_CASE");
  CHECK_MESSAGE((any || nothing_to_select), "no case has that text in its title");
}

TEST_CASE("conformance: names of cases are unique") {
  std::set<std::string> names;
  for (const Case& subject : all_cases()) CHECK_MESSAGE(names.insert(subject.name).second, subject.name);
}

TEST_CASE("conformance: notes name devices and give reasons") {
  for (const Case& subject : all_cases())
    for (const std::vector<DeviceNote>* notes : {&subject.unsupported, &subject.expected_failure})
      for (const DeviceNote& note : *notes) {
        CHECK_MESSAGE(!note.reason.empty(), subject.name);
        CHECK_MESSAGE(!note.device.empty(), subject.name);
      }
}

}  // namespace
}  // namespace gramstack::conformance
