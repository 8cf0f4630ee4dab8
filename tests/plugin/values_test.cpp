#include "plugin/values.h"

#include <doctest/doctest.h>

#include <limits>

#include "api/author.h"

using namespace gramstack;

namespace {

/// The whole message about a parameter's text; "" when it is accepted.
std::string fault(const gramstack_param& param, std::string_view text) {
  StoredValue value;
  const std::optional<ValueFault> found = parse_value(param, text, value);
  return found ? found->text : "";
}

StoredValue stored(const gramstack_param& param, std::string_view text) {
  StoredValue value;
  const std::optional<ValueFault> found = parse_value(param, text, value);
  REQUIRE_MESSAGE(!found, (found ? found->text : ""));
  return value;
}

constexpr gramstack_param kInteger = integer("n", "", "1");
constexpr gramstack_param kPositive = integer("n", "", "1", 1);
constexpr gramstack_param kReal = real("x", "", "1");
constexpr gramstack_param kShare = real("x", "", "1", 0, 1);
constexpr gramstack_param kNegative = real("x", "", "-1", -kOpen, 0);
constexpr gramstack_param kBoolean = boolean("b", "", "true");
constexpr gramstack_param kText = text("t", "", "");
constexpr gramstack_param kPath = path("p", "", "");
constexpr gramstack_param kChoice = choice("c", "", "constant", "constant|cosine|step");
constexpr gramstack_param kIntegers = integers("l", "", "[1]", 1, 9);
constexpr gramstack_param kReals = reals("l", "", "");

}  // namespace

TEST_CASE("values: integers") {
  CHECK(stored(kInteger, "0").integer == 0);
  CHECK(stored(kInteger, "-17").integer == -17);
  CHECK(stored(kInteger, "+17").integer == 17);
  CHECK(stored(kInteger, "9223372036854775807").integer == std::numeric_limits<std::int64_t>::max());
  CHECK(stored(kInteger, "-9223372036854775808").integer == std::numeric_limits<std::int64_t>::min());
  CHECK(fault(kInteger, "abc") == "expects an integer, got 'abc'");
  CHECK(fault(kInteger, "") == "expects an integer, got ''");
  CHECK(fault(kInteger, "-") == "expects an integer, got '-'");
  CHECK(fault(kInteger, "+-1") == "expects an integer, got '+-1'");
  CHECK(fault(kInteger, "1.0") == "expects an integer, got '1.0'");
  CHECK(fault(kInteger, "1e3") == "expects an integer, got '1e3'");
  CHECK(fault(kInteger, "1 ") == "expects an integer, got '1 '");
  CHECK(fault(kInteger, "1_000") == "expects an integer, got '1_000'");
  CHECK(fault(kInteger, "010") == "expects an integer, got '010'; leave out the leading zero");
  CHECK(fault(kInteger, "-07") == "expects an integer, got '-07'; leave out the leading zero");
  CHECK(fault(kInteger, "0x10") == "expects an integer, got '0x10'; write it in decimal");
  CHECK(fault(kInteger, "9223372036854775808") == "is 9223372036854775808, which does not fit into 64 bits");
}

TEST_CASE("values: bounds are inclusive and named") {
  CHECK(stored(kPositive, "1").integer == 1);
  CHECK(fault(kPositive, "0") == "is 0, must be at least 1");
  CHECK(stored(kShare, "0").real == 0.0);
  CHECK(stored(kShare, "1").real == 1.0);
  CHECK(fault(kShare, "1.5") == "is 1.5, must be between 0 and 1");
  CHECK(fault(kNegative, "1e-3") == "is 1e-3, must be at most 0");
}

TEST_CASE("values: reals") {
  CHECK(stored(kReal, "1e-4").real == 1e-4);
  CHECK(stored(kReal, "-.5").real == -0.5);
  CHECK(stored(kReal, "+2.").real == 2.0);
  CHECK(stored(kReal, "3").real == 3.0);
  CHECK(stored(kReal, "0.10").real == 0.10);
  CHECK(stored(kReal, "1E+2").real == 100.0);
  CHECK(fault(kReal, "nan") == "expects a real number, got 'nan'");
  CHECK(fault(kReal, ".nan") == "expects a real number, got '.nan'");
  CHECK(fault(kReal, "inf") == "expects a real number, got 'inf'");
  CHECK(fault(kReal, "-.inf") == "expects a real number, got '-.inf'");
  CHECK(fault(kReal, "1,5") == "expects a real number, got '1,5'");
  CHECK(fault(kReal, ".") == "expects a real number, got '.'");
  CHECK(fault(kReal, "1e") == "expects a real number, got '1e'");
  CHECK(fault(kReal, "1.5x") == "expects a real number, got '1.5x'");
  CHECK(fault(kReal, "010") == "expects a real number, got '010'; leave out the leading zero");
  CHECK(fault(kReal, "0x1p3") == "expects a real number, got '0x1p3'; write it in decimal");
  CHECK(fault(kReal, "1e400") == "is 1e400, which is too large or too small for a real number");
}

TEST_CASE("values: booleans are true and false only") {
  CHECK(stored(kBoolean, "true").integer == 1);
  CHECK(stored(kBoolean, "false").integer == 0);
  CHECK(fault(kBoolean, "yes") == "expects true or false, got 'yes'");
  CHECK(fault(kBoolean, "True") == "expects true or false, got 'True'");
  CHECK(fault(kBoolean, "1") == "expects true or false, got '1'");
}

TEST_CASE("values: choices") {
  CHECK(stored(kChoice, "constant").integer == 0);
  CHECK(stored(kChoice, "step").integer == 2);
  CHECK(fault(kChoice, "cosin") == "expects one of constant|cosine|step, got 'cosin'; did you mean 'cosine'?");
  CHECK(fault(kChoice, "linear") == "expects one of constant|cosine|step, got 'linear'");
  CHECK(fault(kChoice, "constant|cosine") == "expects one of constant|cosine|step, got 'constant|cosine'");
  CHECK(fault(kChoice, "") == "expects one of constant|cosine|step, got ''");
}

TEST_CASE("values: text and paths are taken as they stand") {
  CHECK(stored(kText, "").text == "");
  CHECK(stored(kText, " [a] ").text == " [a] ");
  CHECK(stored(kPath, "/a b").text == "/a b");
  CHECK(fault(kText, std::string_view("a\0b", 3)) == "holds a zero byte");
}

TEST_CASE("values: lists") {
  CHECK(stored(kIntegers, "[1, 2,9]").integers == std::vector<std::int64_t>{1, 2, 9});
  CHECK(stored(kIntegers, " [ 3 ] ").integers == std::vector<std::int64_t>{3});
  CHECK(stored(kIntegers, "[]").integers.empty());
  CHECK(stored(kIntegers, "").integers.empty());
  CHECK(stored(kReals, "[0.5, 1e-3]").reals == std::vector<double>{0.5, 1e-3});
  CHECK(fault(kIntegers, "1, 2") == "expects a list of integers such as [1, 2], got '1, 2'");
  CHECK(fault(kIntegers, "[") == "expects a list of integers such as [1, 2], got '['");
  CHECK(fault(kReals, "5") == "expects a list of real numbers such as [0.5, 1], got '5'");
  CHECK(fault(kIntegers, "[1, x]") == "element 2 expects an integer, got 'x'");
  CHECK(fault(kIntegers, "[1,,2]") == "element 2 expects an integer, got ''");
  CHECK(fault(kIntegers, "[[1]]") == "element 1 expects an integer, got '[1]'");
  CHECK(fault(kIntegers, "[1, 2, 10]") == "element 3 is 10, must be between 1 and 9");
}

TEST_CASE("values: a fault of a list names its element") {
  StoredValue value;
  const std::vector<std::string> elements{"1", "2", "0"};
  const std::optional<ValueFault> found = parse_elements(kIntegers, elements, value);
  REQUIRE(found);
  CHECK(found->element == 3);
  CHECK(found->text == "element 3 is 0, must be between 1 and 9");
}

TEST_CASE("values: a view shows what is stored") {
  CHECK(stored(kBoolean, "true").view().as.integer == 1);
  CHECK(stored(kReal, "2.5").view().as.real == 2.5);
  const StoredValue text = stored(kText, "abc");
  CHECK(text.view().n == 3);
  CHECK(std::string(text.view().as.text) == "abc");
  const StoredValue integers = stored(kIntegers, "[4, 5]");
  CHECK(integers.view().n == 2);
  CHECK(integers.view().as.ints[1] == 5);
  const StoredValue reals = stored(kReals, "[4, 0.25]");
  CHECK(reals.view().n == 2);
  CHECK(reals.view().as.reals[1] == 0.25);
  CHECK(stored(kReals, "").view().n == 0);
}

TEST_CASE("values: what a parameter takes, in words") {
  CHECK(expectation(kBoolean) == "true or false");
  CHECK(expectation(kInteger) == "an integer");
  CHECK(expectation(kReal) == "a real number");
  CHECK(expectation(kText) == "a text");
  CHECK(expectation(kPath) == "a path");
  CHECK(expectation(kChoice) == "one of constant|cosine|step");
  CHECK(bounds_of(kInteger) == "");
  CHECK(bounds_of(real("x", "", "1", 1e-12)) == "at least 1e-12");
}
