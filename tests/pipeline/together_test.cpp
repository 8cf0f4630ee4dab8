// Hidden modules that are trained at once: what they must agree in.
#include <doctest/doctest.h>

#include "toy_pipeline.h"

using namespace gramstack;
using test::faults;
using test::load_toy;
using test::toy_with;

namespace {

/// Three parts and an output module; `cut`, on line 7, is of the first part's items.
std::string together(const std::string& item, const std::string& schedule = "together") {
  std::string text = toy_with("    backbone: {type: dense, units: 8}\n",
                              "    backbone: {type: ladder}\n    cut: [" + item + ", {at: rung2}, rung3]\n");
  return text.insert(text.find("data:"), "schedule: " + schedule + "\n");
}

}  // namespace

TEST_CASE("pipeline: hidden modules are trained in turn, or together where the file says so") {
  CHECK_FALSE(load_toy(test::kToyPipeline).together);
  CHECK(load_toy(test::kToyPipeline).resolved.find("schedule: in-turn  # default\n") != std::string::npos);
  const Pipeline pipeline = load_toy(together("{at: rung1, optimizer: {type: descent, lr: 0.3}, loss: {type: push}}"));
  CHECK(pipeline.together);
  CHECK(load_toy(pipeline.resolved).together);
}

TEST_CASE("pipeline: modules that are trained together agree in epochs and batches") {
  CHECK(faults(together("{at: rung1, epochs: 2, batch: 16}")) ==
        "toy.yaml:5:13: error: 'batch' of module 'features-2' is 128, that of module 'features-1' is 16 (line 7): "
        "modules that are trained together have the same\n"
        "    5 |   - module: features\n"
        "      |             ^~~~~~~~\n"
        "toy.yaml:5:13: error: 'batch' of module 'features-3' is 128, that of module 'features-1' is 16 (line 7): "
        "modules that are trained together have the same\n"
        "    5 |   - module: features\n"
        "      |             ^~~~~~~~\n"
        "toy.yaml:11:13: error: 'epochs' of module 'features-2' is 5, that of module 'features-1' is 2 (line 7): "
        "modules that are trained together have the same\n"
        "   11 |     epochs: 5\n"
        "      |             ^\n"
        "toy.yaml:11:13: error: 'epochs' of module 'features-3' is 5, that of module 'features-1' is 2 (line 7): "
        "modules that are trained together have the same\n"
        "   11 |     epochs: 5\n"
        "      |             ^\n"
        "4 errors in toy.yaml");
  CHECK(faults(together("rung1"), {"stack.features-3.augment=false", "stack.features-3.labels={per_class: 5}"}) ==
        "--set stack.features-3.augment=false: error: 'augment' of module 'features-3' is false, that of module "
        "'features-1' is true (line 5): modules that are trained together have the same\n"
        "--set stack.features-3.labels={per_class: 5}: error: 'labels' of module 'features-3' is 5 random of each "
        "class, that of module 'features-1' is all (line 5): modules that are trained together have the same\n"
        "2 errors in toy.yaml");
  CHECK(faults(together("{at: rung1, epochs: 2, batch: 16}", "in-turn")) == "");
}

TEST_CASE("pipeline: hidden modules are trained in no third way") {
  CHECK(faults(together("rung1", "togehter")) ==
        "toy.yaml:2:11: error: a pipeline 'schedule' expects one of in-turn|together, got 'togehter'; did you mean "
        "'together'?\n"
        "    2 | schedule: togehter\n"
        "      |           ^~~~~~~~\n"
        "1 error in toy.yaml");
}
