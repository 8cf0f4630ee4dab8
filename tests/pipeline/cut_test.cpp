// Modules that are cut: what they become, what is set of them, and what is wrong with them.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "toy_pipeline.h"

using namespace gramstack;
using test::faults;
using test::load_toy;
using test::toy_with;

namespace {

std::string ladder(const std::string& keys) {
  return toy_with("    backbone: {type: dense, units: 8}\n", "    backbone: {type: ladder}\n    " + keys + "\n");
}

/// "features-1: input to rung1, 5 epochs of 128; ..."
std::string summary(const Pipeline& pipeline) {
  std::vector<std::string> modules;
  for (const ModuleSpec& module : pipeline.stack) {
    const SectionSpec& section = module.section;
    modules.push_back(fmt::format("{} of {}: {} to {}, {} epochs of {}", module.name,
                                  section.of.empty() ? "itself" : section.of,
                                  section.after.empty() ? "input" : section.after,
                                  section.to.empty() ? "end" : section.to, module.schedule.epochs, module.batch));
  }
  return fmt::format("{}", fmt::join(modules, "; "));
}

constexpr const char* kClassifier = "; classifier of itself: input to end, 3 epochs of 128";

}  // namespace

TEST_CASE("pipeline: a module that is cut becomes one for every part") {
  CHECK(summary(load_toy(ladder("cut: [rung1, rung2]"))) ==
        std::string("features-1 of features: input to rung1, 5 epochs of 128; "
                    "features-2 of features: rung1 to rung2, 5 epochs of 128; "
                    "features-3 of features: rung2 to end, 5 epochs of 128") +
            kClassifier);
  CHECK(summary(load_toy(ladder("cut: [rung2, rung3]"))) ==
        std::string("features-1 of features: input to rung2, 5 epochs of 128; "
                    "features-2 of features: rung2 to rung3, 5 epochs of 128") +
            kClassifier);
}

TEST_CASE("pipeline: keys of an item replace those of the module for its part") {
  const Pipeline pipeline =
      load_toy(ladder("cut: [{at: rung1, epochs: 2, loss: {type: push}}, {at: rung2, schedule: {type: steps, epochs: "
                      "[4, 4]}}, rung3]"));
  CHECK(summary(pipeline) == std::string("features-1 of features: input to rung1, 2 epochs of 128; "
                                         "features-2 of features: rung1 to rung2, 8 epochs of 128; "
                                         "features-3 of features: rung2 to rung3, 5 epochs of 128") +
                                 kClassifier);
  CHECK(pipeline.stack[0].losses.front().name == "push");
  CHECK(pipeline.stack[1].losses.front().name == "pull");
}

TEST_CASE("pipeline: the output module can be cut too; its last part has the scores") {
  const std::string text = toy_with("    backbone: {type: dense}\n",
                                    "    backbone: {type: ladder}\n"
                                    "    cut: [{at: rung3, kernel: {type: unit}, loss: {type: pull}}]\n");
  const Pipeline pipeline = load_toy(text);
  REQUIRE(pipeline.stack.size() == 3);
  CHECK(pipeline.stack[1].name == "classifier-1");
  CHECK(pipeline.stack[2].section.after == "rung3");
  CHECK(pipeline.stack[2].kernel == nullptr);
}

TEST_CASE("pipeline: --set of a cut module is for all its parts, of a part for that alone, in any order") {
  CHECK(summary(load_toy(ladder("cut: [{at: rung1, batch: 16}, rung2]"),
                         {"stack.features-3.epochs=9", "stack.features.batch=32", "stack.features.epochs=4"})) ==
        std::string("features-1 of features: input to rung1, 4 epochs of 16; "
                    "features-2 of features: rung1 to rung2, 4 epochs of 32; "
                    "features-3 of features: rung2 to end, 9 epochs of 32") +
            kClassifier);
  CHECK(summary(load_toy(ladder(""), {"stack.features-1.epochs=9", "stack.features.cut=[rung3]"})) ==
        std::string("features-1 of features: input to rung3, 9 epochs of 128") + kClassifier);
  CHECK(faults(ladder("cut: [rung1]"), {"stack.features-3.batch=1"}) ==
        "--set stack.features-3.batch=1: error: the stack has no module 'features-3'; did you mean 'features-1'?\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: the resolved text of a cut module has its parts and loads to them") {
  const Pipeline pipeline = load_toy(ladder("cut: [rung1, {at: rung3, epochs: 2}]"));
  CHECK(pipeline.resolved.find("  - module: features-2  # given\n"
                               "    backbone:\n"
                               "      type: ladder  # given\n"
                               "      rungs: 3  # default\n"
                               "    section:\n"
                               "      of: features  # given\n"
                               "      after: rung1  # given\n"
                               "      to: rung3  # given\n") != std::string::npos);
  const Pipeline again = load_toy(pipeline.resolved);
  CHECK(summary(again) == summary(pipeline));
  CHECK(again.stack[1].resolved == pipeline.stack[1].resolved);
}

TEST_CASE("pipeline: a cut point that the backbone does not have") {
  CHECK(faults(ladder("cut: [rung1, rnug2]")) ==
        "toy.yaml:6:18: error: backbone 'ladder' has no cut point 'rnug2'; it has rung1, rung2, rung3; did "
        "you mean 'rung2'?\n"
        "    6 |     cut: [rung1, rnug2]\n"
        "      |                  ^~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(ladder("cut: [{at: top}]")) ==
        "toy.yaml:6:16: error: backbone 'ladder' has no cut point 'top'; it has rung1, rung2, rung3\n"
        "    6 |     cut: [{at: top}]\n"
        "      |                ^~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("    kernel: {type: unit}\n", "    kernel: {type: unit}\n    cut: [rung1]\n")) ==
        "toy.yaml:7:11: error: backbone 'dense' cannot be cut\n"
        "    7 |     cut: [rung1]\n"
        "      |           ^~~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: cut points out of order, and lists that are none") {
  CHECK(faults(ladder("cut: [rung2, rung1]")) ==
        "toy.yaml:6:18: error: cut point 'rung1' does not come after 'rung2': cut points stand in the order from the "
        "input\n"
        "    6 |     cut: [rung2, rung1]\n"
        "      |                  ^~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(ladder("cut: rung2")) ==
        "toy.yaml:6:10: error: 'cut' expects a list of cut points such as [stage1, stage3], got 'rung2'\n"
        "    6 |     cut: rung2\n"
        "      |          ^~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(ladder("cut: [{epochs: 2}]")) ==
        "toy.yaml:6:11: error: an item of 'cut' needs 'at', the cut point that it ends at\n"
        "    6 |     cut: [{epochs: 2}]\n"
        "      |           ^\n"
        "1 error in toy.yaml");
  CHECK(faults(ladder("cut: [rung1]\n    section: {to: rung2}")) ==
        "toy.yaml:7:5: error: a module has 'cut' or 'section'; keep one\n"
        "    7 |     section: {to: rung2}\n"
        "      |     ^~~~~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: faults of a cut module are told once") {
  CHECK(faults(ladder("cut: [rung1, {at: rung2, bach: 3}]\n    bacth: 3\n    augment: perhaps")) ==
        "toy.yaml:6:30: error: module 'features' has no key 'bach'; did you mean 'batch'?\n"
        "    6 |     cut: [rung1, {at: rung2, bach: 3}]\n"
        "      |                              ^~~~\n"
        "toy.yaml:7:5: error: module 'features' has no key 'bacth'; did you mean 'batch'?\n"
        "    7 |     bacth: 3\n"
        "      |     ^~~~~\n"
        "toy.yaml:8:14: error: module 'features' 'augment' expects true or false, got 'perhaps'\n"
        "    8 |     augment: perhaps\n"
        "      |              ^~~~~~~\n"
        "3 errors in toy.yaml");
  CHECK(faults(ladder("cut: [{at: rung1, backbone: {type: dense}}]")) ==
        "toy.yaml:6:23: error: a part has the 'backbone' of the module that is cut, not its own\n"
        "    6 |     cut: [{at: rung1, backbone: {type: dense}}]\n"
        "      |                       ^~~~~~~~\n"
        "1 error in toy.yaml");
}
