#include "config/override.h"

#include <doctest/doctest.h>

#include <vector>

#include "config/arguments.h"
#include "faults_of.h"

using gramstack::config::apply_override;
using gramstack::config::Faults;
using gramstack::config::Tree;
using gramstack::test::message_of;

namespace {

const std::string kText =
    "seed: 1\n"
    "data:\n"
    "  augment: [{type: flip}]\n"
    "stack:\n"
    "  - module: features\n"
    "    batch: 10\n"
    "  - module: classifier\n";

Tree with(const std::vector<std::string>& options, std::string& message) {
  Tree root;
  message = message_of([&] {
    Faults faults("p.yaml", kText);
    root = gramstack::config::parse(kText, 0, faults);
    for (const std::string& option : options) apply_override(root, option, faults);
    faults.throw_if_any();
  });
  return root;
}

Tree with(const std::vector<std::string>& options) {
  std::string message;
  Tree root = with(options, message);
  CHECK(message == "");
  return root;
}

std::string fault_of(const std::string& option) {
  std::string message;
  with({option}, message);
  return message;
}

}  // namespace

TEST_CASE("config: an override replaces, adds and makes mappings on the way") {
  const Tree root = with({"seed=7", "stack.features.batch=256", "stack.classifier.optimizer.lr=1e-3",
                          "data.augment.0.type=crop", "device={type: reference, threads: 2}", "name=a=b # c"});
  CHECK(root.find("seed")->value.text == "7");
  CHECK(root.find("seed")->value.place.source == 1);
  const Tree& stack = root.find("stack")->value;
  CHECK(stack.items[0].find("batch")->value.text == "256");
  CHECK(stack.items[1].find("optimizer")->value.find("lr")->value.text == "1e-3");
  CHECK(stack.items[1].find("optimizer")->value.find("lr")->value.place.source == 3);
  CHECK(root.find("data")->value.find("augment")->value.items[0].find("type")->value.text == "crop");
  CHECK(root.find("device")->value.find("threads")->value.text == "2");
  CHECK(root.find("name")->value.text == "a=b");
  CHECK(root.find("data")->value.place.source == 0);
}

TEST_CASE("config: of two overrides of one path the last counts") {
  CHECK(with({"seed=7", "seed=8"}).find("seed")->value.text == "8");
}

TEST_CASE("config: an override without value puts nothing there") {
  const Tree root = with({"seed="});
  CHECK(root.find("seed")->value.kind == Tree::Kind::null);
  CHECK(root.find("seed")->value.place.source == 1);
}

TEST_CASE("config: faults of overrides name the option") {
  CHECK(fault_of("stack.featurs.batch=256") ==
        "--set stack.featurs.batch=256: error: the stack has no module 'featurs'; did you mean 'features'?\n"
        "1 error in p.yaml");
  CHECK(fault_of("stack.0.batch=256") ==
        "--set stack.0.batch=256: error: the stack has no module '0'; it has features, classifier\n"
        "1 error in p.yaml");
  CHECK(fault_of("data.augment.1.type=crop") ==
        "--set data.augment.1.type=crop: error: 'data.augment' is a list of 1; '1' is none of its indices (from 0)\n"
        "1 error in p.yaml");
  CHECK(fault_of("seed.x=1") ==
        "--set seed.x=1: error: 'seed' is '1'; nothing can be set within it\n"
        "1 error in p.yaml");
  CHECK(fault_of("seed") == "--set seed: error: expects path.to.key=value\n1 error in p.yaml");
  CHECK(fault_of("=1") == "--set =1: error: expects path.to.key=value\n1 error in p.yaml");
  CHECK(fault_of("a..b=1") == "--set a..b=1: error: expects path.to.key=value\n1 error in p.yaml");
  CHECK(fault_of("seed=[1") ==
        "--set seed=[1: error: expected ',' or ']' before this\n"
        "1 error in p.yaml");
  CHECK(fault_of("seed=\x1B") ==
        "--set seed=\\x1b: error: \\x1b is not allowed: it is a control character\n"
        "1 error in p.yaml");
}

TEST_CASE("config: what an override put in is blamed on it") {
  CHECK(message_of([] {
          Faults faults("p.yaml", kText);
          Tree root = gramstack::config::parse(kText, 0, faults);
          apply_override(root, "stack.features.btch=256", faults);
          const std::vector<std::string> known{"module", "batch", "epochs"};
          gramstack::config::check_keys(root.find("stack")->value.items[0], {"module 'features'", {}, "key"}, known,
                                        faults);
          faults.throw_if_any();
        }) ==
        "--set stack.features.btch=256: error: module 'features' has no key 'btch'; did you mean 'batch'?\n"
        "1 error in p.yaml");
}
