// check, render, graph, bench, plugins and help.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "process.h"
#include "tiny.h"

using namespace gramstack::test;
using nlohmann::json;

namespace {

struct Tiny {
  TemporaryFolder folder;
  std::string file = write_tiny(folder.path(), 2).string();
};

}  // namespace

TEST_CASE("tool: check of a good file") {
  const Tiny tiny;
  const Outcome outcome = run_tool({"check", tiny.file});
  CHECK(outcome.code == 0);
  CHECK(outcome.err == "");
  CHECK(outcome.out.find(tiny.file + ": ok\ndevice: reference") == 0);
  CHECK(outcome.out.find("\nimages: 160 for training, 40 for validation, 80 for test\n"
                         "module      weights\n"
                         "features       1176\n"
                         "classifier       36\n") != std::string::npos);
  const json document = json::parse(run_tool({"check", tiny.file, "--json"}).out);
  CHECK(document["ok"] == true);
  CHECK(document["modules"][0] == json{{"name", "features"}, {"weights", 1176}});
}

TEST_CASE("tool: check of a broken file reports every fault with its place") {
  const Tiny tiny;
  std::string text = read_text(tiny.file);
  text.replace(text.find("momentum"), 8, "momentun");
  text.replace(text.find("alignment"), 9, "alinment");
  write_text(tiny.file, text);
  const Outcome outcome = run_tool({"check", tiny.file});
  CHECK(outcome.code == 3);
  CHECK(outcome.out == "");
  CHECK(outcome.err.find(tiny.file + ":10:18: error: ") != std::string::npos);
  CHECK(outcome.err.find(tiny.file + ":11:37: error: ") != std::string::npos);
  CHECK(outcome.err.find("did you mean 'alignment'?") != std::string::npos);
  CHECK(outcome.err.find("did you mean 'momentum'?") != std::string::npos);
}

TEST_CASE("tool: check finds shapes that do not fit, before any work") {
  const Tiny tiny;
  const Outcome outcome = run_tool({"check", tiny.file, "--set", "stack.features.backbone={type: lenet5}"});
  CHECK(outcome.code == 3);
  CHECK(outcome.err.find("backbone lenet5 wants images [n,channels,28,28]") != std::string::npos);
}

TEST_CASE("tool: check finds kernels with more centres than training images") {
  const Tiny tiny;
  const auto check = [&](const char* centers) {
    return run_tool({"check", tiny.file, "--set",
                     std::string("stack.features.kernel={type: gaussian, sigma: 2, centers: ") + centers + "}"});
  };
  CHECK(check("160").code == 0);
  const Outcome outcome = check("161");
  CHECK(outcome.code == 3);
  CHECK(outcome.err ==
        "--set stack.features.kernel={type: gaussian, sigma: 2, centers: 161}: error: kernel 'gaussian' takes 161 "
        "centres from training images, there are 160\n1 error in " +
            tiny.file + "\n");
}

TEST_CASE("tool: centres are drawn from the images that are trained on: few in turn, all end to end") {
  const Tiny tiny;
  const std::string out = (tiny.folder.path() / "run").string();
  const std::vector<std::string> few{"--set", "stack.classifier.labels={per_class: 2}", "--set",
                                     "stack.features.kernel={type: gaussian, sigma: 2, centers: 20, trainable: true}"};
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), few.begin(), few.end());
    return run_tool(arguments);
  };
  const Outcome in_turn = run({"check", tiny.file});
  CHECK(in_turn.code == 3);
  CHECK(in_turn.err == "gramstack: error: classifier/kernel/centers: 20 training examples are wanted, there are 8\n");
  CHECK(run({"run", tiny.file, "--end-to-end", "--out", out}).code == 0);
}

TEST_CASE("tool: render shows defaults, overrides and the file's own values") {
  const Tiny tiny;
  const Outcome outcome = run_tool({"render", tiny.file, "--set", "stack.features.batch=25"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out.find("batch: 25") != std::string::npos);
  CHECK(outcome.out.find("nesterov: false") != std::string::npos);
  const std::filesystem::path again = tiny.folder.path() / "again.yaml";
  write_text(again, outcome.out);
  CHECK(run_tool({"check", again.string()}).code == 0);
}

TEST_CASE("tool: graph prints the step of a module, as built and after each pass") {
  const Tiny tiny;
  const Outcome built = run_tool({"graph", tiny.file, "--module", "features"});
  CHECK(built.code == 0);
  CHECK(built.out.find(" = gram(") != std::string::npos);
  CHECK(built.out.find("output loss = %") != std::string::npos);
  CHECK(run_tool({"graph", tiny.file, "--module", "features", "--after", "build"}).out == built.out);
  const Outcome dot = run_tool({"graph", tiny.file, "--module", "features", "--dot"});
  CHECK(dot.out.find("digraph") == 0);
  const Outcome whole = run_tool({"graph", tiny.file, "--end-to-end"});
  CHECK(whole.code == 0);
  CHECK(whole.out.find(" = gram(") == std::string::npos);
}

TEST_CASE("tool: graph of what is not there") {
  const Tiny tiny;
  const Outcome module = run_tool({"graph", tiny.file, "--module", "feature"});
  CHECK(module.code == 2);
  CHECK(module.err ==
        "gramstack: error: there is no module 'feature'; did you mean 'features'?\n"
        "  modules: features, classifier\n");
  CHECK(run_tool({"graph", tiny.file}).err ==
        "gramstack: error: graph needs --module\n  modules: features, classifier\n");
  const Outcome pass = run_tool({"graph", tiny.file, "--module", "features", "--after", "biuld"});
  CHECK(pass.code == 2);
  CHECK(pass.err.find("gramstack: error: there is no pass 'biuld'; did you mean 'build'?\n  passes: build") == 0);
}

TEST_CASE("tool: plugins lists every component") {
  const Outcome outcome = run_tool({"plugins"});
  CHECK(outcome.code == 0);
  for (const char* name : {"backbone ", "loss ", "kernel ", "optimizer ", "dataset ", "device "})
    CHECK(("\n" + outcome.out).find(std::string("\n") + name) != std::string::npos);
  const json document = json::parse(run_tool({"plugins", "--json"}).out);
  CHECK(document.size() > 10);
  CHECK(document[0]["kind"] == "backbone");
}

TEST_CASE("tool: help describes components, parts of the file and their parameters") {
  const Outcome outcome = run_tool({"help", "optimizer/sgd"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out ==
        "optimizer/sgd - stochastic gradient descent with momentum\n"
        "plugin sgd 0.1.0, " GRAMSTACK_TEST_PLUGINS
        "/optimizers-sgd.so\n\n"
        "  lr            real     required       >= 0  learning rate\n"
        "  momentum      real     default 0      0..1  share of the last step's direction that is kept\n"
        "  nesterov      boolean  default false        look ahead along the momentum\n"
        "  weight_decay  real     default 0      >= 0  pull of every parameter towards 0, as part of the gradient\n");
  for (const char* topic : {"pipeline", "data", "module", "schedule/cosine", "schedule/steps", "augment/crop"}) {
    const Outcome part = run_tool({"help", topic});
    INFO(topic);
    CHECK(part.code == 0);
    CHECK(part.out.find(std::string(topic) + " - ") == 0);
  }
}

TEST_CASE("tool: help for what is not there") {
  const Outcome outcome = run_tool({"help", "loss/alignmet"});
  CHECK(outcome.code == 2);
  CHECK(outcome.err.find("gramstack: error: there is no help for 'loss/alignmet'; did you mean 'loss/alignment'?\n") ==
        0);
}

TEST_CASE("tool: a plugin folder given on the command line") {
  const Tiny tiny;
  const std::vector<std::string> path = {"--plugin-path", GRAMSTACK_TEST_BINARY "/tests/plugins"};
  const Outcome help = run_tool({"help", "loss/absolute", path[0], path[1]});
  CHECK(help.code == 0);
  CHECK(help.out.find("loss/absolute - mean distance from the ideal Gram matrix\n") == 0);
  const std::string loss = "stack.features.loss={type: absolute, margin: 0.1}";
  CHECK(run_tool({"check", tiny.file, "--set", loss, path[0], path[1]}).code == 0);
  const Outcome without = run_tool({"check", tiny.file, "--set", loss});
  CHECK(without.code == 3);
  CHECK(without.err.find("'absolute'") != std::string::npos);
}
