#include "config/arguments.h"

#include <doctest/doctest.h>

#include "api/author.h"
#include "faults_of.h"

using gramstack::config::Arguments;
using gramstack::config::Faults;
using gramstack::config::Owner;
using gramstack::config::Place;
using gramstack::config::Tree;
using gramstack::test::message_of;

namespace {

constexpr gramstack_param kSgd[] = {
    gramstack::real("lr", "base learning rate", nullptr, 0.0),
    gramstack::real("momentum", "share of the last step that is kept", "0.9", 0.0, 1.0),
    gramstack::boolean("nesterov", "look ahead", "false"),
    gramstack::integer("passes", "how often", "1", 1, 9, "epochs"),
    gramstack::choice("decay", "what decays", "none", "none|weights|all"),
    gramstack::text("note", "anything", ""),
    gramstack::integers("milestones", "when", "[10, 20]", 1),
    gramstack::reals("betas", "how much", "", 0.0, 1.0),
};

struct Loaded {
  Tree root;
  std::string faults;
  std::string resolved;
};

std::string show(const Tree& node) {
  const std::string mark = node.place.source == Place::kDefault ? "*" : "";
  if (node.kind == Tree::Kind::scalar) return node.text + mark;
  std::string text;
  for (const Tree& item : node.items) text += (text.empty() ? "" : " ") + show(item);
  return "[" + text + "]" + mark;
}

/// The mapping under `optimizer`, against the table.
Loaded load(const std::string& text) {
  Loaded loaded;
  loaded.faults = message_of([&] {
    Faults faults("p.yaml", text);
    loaded.root = gramstack::config::parse(text, 0, faults);
    const Tree& mapping = loaded.root.find("optimizer")->value;
    const Owner owner{"optimizer 'sgd'", loaded.root.find("optimizer")->place};
    gramstack::config::check_keys(mapping, owner, gramstack::config::names_of(kSgd), faults);
    const Arguments arguments(mapping, owner, kSgd, faults);
    for (const auto& entry : arguments.resolved().entries)
      loaded.resolved += (loaded.resolved.empty() ? "" : ", ") + entry.key + "=" + show(entry.value);
    faults.throw_if_any();
  });
  return loaded;
}

std::string faults_in(const std::string& settings) { return load("optimizer: {" + settings + "}").faults; }

}  // namespace

TEST_CASE("config: values and defaults of a table") {
  const Loaded loaded = load(
      "optimizer:\n"
      "  lr: 1e-1\n"
      "  x-note: [anything, at, all]\n"
      "  nesterov: true\n"
      "  decay: weights\n"
      "  note: 010\n"
      "  betas: [0.5, 1]\n");
  CHECK(loaded.faults == "");
  CHECK(loaded.resolved ==
        "lr=1e-1, momentum=0.9*, nesterov=true, passes=1*, decay=weights, note=010, milestones=[10* 20*]*, "
        "betas=[0.5 1]");
}

TEST_CASE("config: values reach a component as its table has them") {
  const std::string text = "{lr: 0.5, decay: all, milestones: [3], note: 'a b'}";
  Faults faults("p.yaml", text);
  const Tree mapping = gramstack::config::parse(text, 0, faults);
  const Arguments arguments(mapping, {"optimizer 'sgd'", {}}, kSgd, faults);
  REQUIRE(arguments.ok());
  const std::vector<gramstack_value> values = arguments.values();
  REQUIRE(values.size() == 8);
  CHECK(values[0].as.real == 0.5);
  CHECK(values[1].as.real == 0.9);
  CHECK(values[2].as.integer == 0);
  CHECK(values[3].as.integer == 1);
  CHECK(values[4].as.integer == 2);
  CHECK(std::string(values[5].as.text) == "a b");
  REQUIRE(values[6].n == 1);
  CHECK(values[6].as.ints[0] == 3);
  CHECK(values[7].n == 0);
  CHECK(arguments.given("lr"));
  CHECK_FALSE(arguments.given("momentum"));
  CHECK(arguments.place("lr").column == 6);
  CHECK(arguments.value("momentum").real == 0.9);
  CHECK_THROWS_AS(arguments.value("momentun"), std::logic_error);
}

TEST_CASE("config: all faults of a mapping at once") {
  CHECK(
      load("optimizer:\n"
           "  momentun: 0.8\n"
           "  zzz: 1\n"
           "  decay: weigths\n"
           "  passes: 010\n"
           "  nesterov: yes\n")
          .faults ==
      "p.yaml:1:1: error: optimizer 'sgd' needs 'lr' (base learning rate)\n"
      "    1 | optimizer:\n"
      "      | ^~~~~~~~~\n"
      "p.yaml:2:3: error: optimizer 'sgd' has no parameter 'momentun'; did you mean 'momentum'?\n"
      "    2 |   momentun: 0.8\n"
      "      |   ^~~~~~~~\n"
      "p.yaml:3:3: error: optimizer 'sgd' has no parameter 'zzz'; it has lr, momentum, nesterov, passes, decay, note, "
      "milestones, betas\n"
      "    3 |   zzz: 1\n"
      "      |   ^~~\n"
      "p.yaml:4:10: error: optimizer 'sgd' 'decay' expects one of none|weights|all, got 'weigths'; did you mean "
      "'weights'?\n"
      "    4 |   decay: weigths\n"
      "      |          ^~~~~~~\n"
      "p.yaml:5:11: error: optimizer 'sgd' 'passes' expects an integer, got '010'; leave out the leading zero\n"
      "    5 |   passes: 010\n"
      "      |           ^~~\n"
      "p.yaml:6:13: error: optimizer 'sgd' 'nesterov' expects true or false, got 'yes'\n"
      "    6 |   nesterov: yes\n"
      "      |             ^~~\n"
      "6 errors in p.yaml");
}

TEST_CASE("config: numbers are plain and finite") {
  CHECK(faults_in("lr: .nan") ==
        "p.yaml:1:17: error: optimizer 'sgd' 'lr' expects a real number, got '.nan'\n"
        "    1 | optimizer: {lr: .nan}\n"
        "      |                 ^~~~\n"
        "1 error in p.yaml");
  CHECK(faults_in("lr: .inf").find("expects a real number, got '.inf'") != std::string::npos);
  CHECK(faults_in("lr: 0x10").find("expects a real number, got '0x10'; write it in decimal") != std::string::npos);
  CHECK(faults_in("lr: 1_000").find("expects a real number, got '1_000'") != std::string::npos);
  CHECK(faults_in("lr: \"0.1\"") ==
        "p.yaml:1:17: error: optimizer 'sgd' 'lr' expects a real number, got '0.1' in quotes\n"
        "    1 | optimizer: {lr: \"0.1\"}\n"
        "      |                 ^~~~~\n"
        "1 error in p.yaml");
  CHECK(faults_in("lr: -1") ==
        "p.yaml:1:17: error: optimizer 'sgd' 'lr' is -1, must be at least 0\n"
        "    1 | optimizer: {lr: -1}\n"
        "      |                 ^~\n"
        "1 error in p.yaml");
  CHECK(faults_in("lr: 1, passes: 10").find("'passes' is 10, must be between 1 and 9") != std::string::npos);
  CHECK(faults_in("lr: 1, passes: 1.5").find("'passes' expects an integer, got '1.5'") != std::string::npos);
}

TEST_CASE("config: values of another kind") {
  CHECK(faults_in("lr: [1]").find("'lr' expects a real number, got a list") != std::string::npos);
  CHECK(faults_in("lr: {a: 1}").find("'lr' expects a real number, got a mapping") != std::string::npos);
  CHECK(faults_in("lr: ").find("p.yaml:1:13: error: optimizer 'sgd' 'lr' expects a real number, got nothing") == 0);
  CHECK(faults_in("lr: 1, note: ~").find("'note' expects a text, got nothing") != std::string::npos);
  CHECK(faults_in("lr: 1, milestones: 5").find("'milestones' expects a list of integers such as [1, 2], got '5'") !=
        std::string::npos);
  CHECK(
      faults_in("lr: 1, milestones: '[5]'").find("'milestones' expects a list of integers such as [1, 2], got '[5]'") !=
      std::string::npos);
}

TEST_CASE("config: the element of a list that is at fault is underlined") {
  CHECK(faults_in("lr: 1, milestones: [1, 0, x]") ==
        "p.yaml:1:36: error: optimizer 'sgd' 'milestones' element 2 is 0, must be at least 1\n"
        "    1 | optimizer: {lr: 1, milestones: [1, 0, x]}\n"
        "      |                                    ^\n"
        "1 error in p.yaml");
  CHECK(faults_in("lr: 1, milestones: [1, \"2\"]").find("got '2' in quotes") != std::string::npos);
  CHECK(faults_in("lr: 1, milestones: [1, [2]]")
            .find("'milestones' expects a list of integers such as [1, 2], got a list") != std::string::npos);
}

TEST_CASE("config: what was refused as YAML is not refused again") {
  CHECK(load("a: &x 1\noptimizer: {lr: *x}").faults ==
        "p.yaml:1:4: error: anchors such as '&x' are not supported; write the value out\n"
        "    1 | a: &x 1\n"
        "      |    ^~\n"
        "p.yaml:2:17: error: aliases such as '*x' are not supported; write the value out\n"
        "    2 | optimizer: {lr: *x}\n"
        "      |                 ^~\n"
        "2 errors in p.yaml");
}
