// The suite finds what it looks for: devices with one defect each.
#include <doctest/doctest.h>

#include <limits>

#include "cases.h"
#include "check.h"
#include "faulty_device.h"

namespace gramstack::conformance {
namespace {

const std::string kRerun =
    std::string("  rerun: GRAMSTACK_CASE='faulty: negate [2]' ") + GRAMSTACK_TEST_BINARY + "/tests/conformance_tests";

/// y0 = -a0, in one step, without gradients.
Case negation() {
  Case subject = op_case("negate", {given({2}, {3, 4})});
  subject.backward = false;
  return subject;
}

std::string verdict(const Defect& defect, const Case& subject) {
  FaultyDevice device(defect);
  return check(device, "faulty", reference(), subject);
}

TEST_CASE("conformance: a device without a defect passes") {
  CHECK(verdict({}, negation()) == "");
  for (const Case& subject : network_cases()) CHECK(verdict({}, subject) == "");
}

TEST_CASE("conformance: a wrong number is found and reported with its case") {
  Defect defect;
  defect.on_read = [](int, float& first) { first = first == -3 ? -3.01F : first; };
  CHECK(verdict(defect, negation()) ==
        "faulty: negate [2]\n"
        "  'y0' f32[2]: relative error 2.00e-03, allowed 1e-05; worst at [0]: -3.00999999, reference -3\n" +
            kRerun);
}

TEST_CASE("conformance: a NaN is never near enough") {
  Defect defect;
  defect.on_read = [](int, float& first) { first = first == -3 ? std::numeric_limits<float>::quiet_NaN() : first; };
  CHECK(verdict(defect, negation())
            .starts_with("faulty: negate [2]\n  'y0' f32[2]: relative error inf, allowed 1e-05; worst at [0]: nan, "
                         "reference -3\n"));
}

TEST_CASE("conformance: one wrong element among many is found") {
  std::vector<double> want(100000, 1.0);
  std::vector<double> got = want;
  got[317] = 1.0005;
  CHECK(difference({DataType::f32, {100, 1000}}, got, want, {}) ==
        "one element off by 5.00e-04 of the largest, allowed 1e-04; worst at [0,317]: 1.0005, reference 1");
}

TEST_CASE("conformance: integers must be equal") {
  CHECK(difference({DataType::i32, {2}}, {1, 2}, {1, 2}, {}) == "");
  CHECK(difference({DataType::u8, {2}}, {1, 2}, {1, 3}, {}) == "not equal; worst at [1]: 2, reference 3");
}

TEST_CASE("conformance: zero must be zero, but for the noise that a case allows") {
  const TensorType type{DataType::f32, {2}};
  CHECK(difference(type, {0, 0}, {0, 0}, {}) == "");
  CHECK(difference(type, {0, 1e-9}, {0, 0}, {}) != "");
  CHECK(difference(type, {0, 1e-9}, {0, 0}, {1e-5, 1e-8}) == "");
  CHECK(difference(type, {0, 1e-7}, {0, 0}, {1e-5, 1e-8}) != "");
}

TEST_CASE("conformance: a second run that differs is found") {
  Defect defect;
  defect.on_read = [](int run, float& first) { first = first == -3 && run == 2 ? -3.0000002F : first; };
  CHECK(verdict(defect, negation()) == "faulty: negate [2]\n  'y0' has other bits in a second run\n" + kRerun);
}

TEST_CASE("conformance: what another run leaves behind is found") {
  Defect defect;
  defect.on_read = [](int run, float& first) { first = first == -3 && run > 2 ? -3.0000002F : first; };
  CHECK(verdict(defect, negation()) ==
        "faulty: negate [2]\n  'y0' has other bits after a run with other feeds\n" + kRerun);
}

TEST_CASE("conformance: a parameter that changes without an update is found") {
  Defect defect;
  defect.after_run = [](Plan& plan) { test::write(plan, "a0", DataType::f32, {3, 5}); };
  const std::string text = verdict(defect, negation());
  CHECK(text.find("  parameter 'a0' has no update and changed\n") != std::string::npos);
}

TEST_CASE("conformance: a read beside its memory is found") {
  Defect defect;
  defect.overruns = true;
  CHECK(verdict(defect, negation()) ==
        "faulty: negate [2]\n  throws: read('y0') writes beside the memory it is given\n" + kRerun);
}

TEST_CASE("conformance: a memory report without the parameters is found") {
  Defect defect;
  defect.memory = 4;
  CHECK(verdict(defect, negation()) ==
        "faulty: negate [2]\n  memory() reports 4 bytes of parameters, they have 8\n" + kRerun);
}

TEST_CASE("conformance: a device that declines a node fails the case") {
  Defect defect;
  defect.declined_op = "negate";
  CHECK(verdict(defect, negation()) ==
        "faulty: negate [2]\n  declines negate 'tested': wants something else\n" + kRerun);
}

TEST_CASE("conformance: unsupported means declined, by compile() too") {
  Case subject = negation();
  subject.unsupported = {{"faulty", "has no minus"}};
  CHECK(verdict({}, subject) ==
        "faulty: negate [2]\n  listed as unsupported (has no minus), but the device declines no node of it\n" + kRerun);
  Defect defect;
  defect.declined_op = "negate";
  CHECK(verdict(defect, subject) == "");
  defect.compiles_declined = true;
  CHECK(verdict(defect, subject) == "faulty: negate [2]\n  declines a node, but compile() takes the graph\n" + kRerun);
}

TEST_CASE("conformance: an expected failure must fail") {
  Case subject = negation();
  subject.expected_failure = {{"faulty", "rounds badly"}};
  CHECK(verdict({}, subject) ==
        "faulty: negate [2]\n  listed as an expected failure (rounds badly), but passes\n" + kRerun);
  Defect defect;
  defect.on_read = [](int, float& first) { first *= 2; };
  CHECK(verdict(defect, subject) == "");
}

TEST_CASE("conformance: notes about one device leave others alone") {
  Case subject = negation();
  subject.unsupported = {{"another", "has no minus"}};
  subject.expected_failure = {{"another", "rounds badly"}};
  CHECK(verdict({}, subject) == "");
}

}  // namespace
}  // namespace gramstack::conformance
