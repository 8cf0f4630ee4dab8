#include "plugin/descriptor.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "component.h"

using namespace gramstack;

namespace {

using Faults = std::vector<std::string>;

Faults faults(const gramstack_param& param) { return table_faults("loss 'huber'", &param, 1); }

gramstack_class good() { return test::kPlain[0]; }

Faults faults(const gramstack_class& component) { return descriptor_faults({{}, "name", "0.1.0", &component, 1, 0}); }

}  // namespace

TEST_CASE("descriptor: tables without a fault") {
  CHECK(faults(good()) == Faults{});
  CHECK(faults(integer("count", "", nullptr)) == Faults{});
  CHECK(faults(text("label", "", "")) == Faults{});
  CHECK(faults(integers("widths", "", "", 1)) == Faults{});
  CHECK(faults(integers("widths", "", "[1, 2]", 1)) == Faults{});
  CHECK(table_faults("loss 'huber'", nullptr, 0) == Faults{});
}

TEST_CASE("descriptor: a plugin must have a name, a version and components") {
  CHECK(descriptor_faults({{}, nullptr, "", nullptr, 0, 0}) ==
        Faults{"the plugin has no name", "the plugin has no version", "the plugin has no components"});
}

TEST_CASE("descriptor: a component must have a kind, a name, a summary and functions") {
  gramstack_class component = good();
  component.kind = GRAMSTACK_KIND_COUNT;
  CHECK(faults(component) == Faults{"component 1 is of the unknown kind 6"});
  component = good();
  component.name = nullptr;
  CHECK(faults(component) == Faults{"component 1, a loss, has no name"});
  component = good();
  component.name = "mean square";
  CHECK(faults(component) == Faults{"loss 'mean square': its name may hold letters, digits, - and _ only"});
  component = good();
  component.summary = nullptr;
  component.create = nullptr;
  CHECK(faults(component) ==
        Faults{"loss 'plain' has no summary", "loss 'plain' has no create or no destroy function"});
  component = good();
  component.n_params = 1;
  component.params = nullptr;
  CHECK(faults(component) == Faults{"loss 'plain' has no parameter table"});
}

TEST_CASE("descriptor: a parameter must have a name that can be used") {
  CHECK(faults(integer("", "", "1")) == Faults{"loss 'huber': parameter 1 has no name"});
  CHECK(faults(integer("a:b", "", "1")) ==
        Faults{"loss 'huber': parameter 'a:b' may hold letters, digits, - and _ only"});
  CHECK(faults(integer("type", "", "1")) ==
        Faults{"loss 'huber': parameter 'type' has the name that selects a component"});
  const gramstack_param twice[] = {integer("n", "", "1"), real("n", "", "1")};
  CHECK(table_faults("loss 'huber'", twice, 2) == Faults{"loss 'huber': parameter 'n' is listed twice"});
}

TEST_CASE("descriptor: a parameter must make sense") {
  gramstack_param param = integer("n", nullptr, "1");
  CHECK(faults(param) == Faults{"loss 'huber': parameter 'n' has no doc or no unit"});
  param = integer("n", "", "1");
  const int unknown = GRAMSTACK_REALS + 1;
  std::memcpy(&param.type, &unknown, sizeof(unknown));
  CHECK(faults(param) == Faults{"loss 'huber': parameter 'n' has the unknown type 8"});
  CHECK(faults(integer("n", "", "1", 2, 0)) == Faults{"loss 'huber': parameter 'n' has the bounds 2 to 0"});
  CHECK(faults(real("x", "", "1", std::nan(""))) == Faults{"loss 'huber': parameter 'x' has the bounds nan to inf"});
}

TEST_CASE("descriptor: choices must be there, not empty and different") {
  CHECK(faults(choice("c", "", "a", nullptr)) == Faults{"loss 'huber': parameter 'c' has no choices"});
  CHECK(faults(choice("c", "", "a", "")) == Faults{"loss 'huber': parameter 'c' has no choices"});
  CHECK(faults(choice("c", "", "a", "a||b")) == Faults{"loss 'huber': parameter 'c' has an empty choice"});
  CHECK(faults(choice("c", "", "a", "a|")) == Faults{"loss 'huber': parameter 'c' has an empty choice"});
  CHECK(faults(choice("c", "", "a", "a|b|a")) == Faults{"loss 'huber': parameter 'c' has the choice 'a' twice"});
  gramstack_param number = integer("n", "", "1");
  number.choices = "1|2";
  CHECK(faults(number) == Faults{"loss 'huber': parameter 'n' has choices but is not a choice"});
}

TEST_CASE("descriptor: a default must pass its own check") {
  CHECK(faults(integer("n", "", "0", 1)) == Faults{"loss 'huber': the default of 'n' is 0, must be at least 1"});
  CHECK(faults(integer("n", "", "")) == Faults{"loss 'huber': the default of 'n' expects an integer, got ''"});
  CHECK(faults(boolean("b", "", "no")) == Faults{"loss 'huber': the default of 'b' expects true or false, got 'no'"});
  CHECK(faults(reals("l", "", "[0.5, 2]", 0, 1)) ==
        Faults{"loss 'huber': the default of 'l' element 2 is 2, must be between 0 and 1"});
}
