// Heads of hidden modules, from the command line.
#include "store.h"

using namespace gramstack::test;

namespace {

using Arguments = std::vector<std::string>;

Arguments operator+(Arguments first, const Arguments& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

/// Sets a head of the tiny pipeline's hidden module, and its loss.
Arguments with_head(const std::string& head, const std::string& loss = "{type: cross-entropy}") {
  return {"--set", "stack.features.head=" + head, "--set", "stack.features.loss=" + loss};
}

}  // namespace

TEST_CASE("tool: a module is trained through a head, stored without it, and trained anew with another") {
  const Store store;
  const Arguments head = with_head("{type: linear}");
  const json report = store.document(Arguments{"run", store.file, "--out", store.at("run")} + head);
  CHECK(report["test_accuracy"] > 0.9);
  CHECK(store.document({"eval", store.at("run")})["accuracy"] == report["test_accuracy"]);
  const json again = store.document(Arguments{"run", store.file, "--out", store.at("again")} + head);
  CHECK(again["modules"][0]["origin"] == "reused");
  const Arguments plan{"run", store.file, "--plan"};
  CHECK(store.tool(plan + with_head("{type: mlp, widths: [8]}")).out ==
        "module      plan   file  why\n"
        "features    train        'type: linear' then, 'type: mlp' now\n"
        "classifier  train\n");
  CHECK(store.tool(plan + with_head("{type: linear, bias: false}")).out ==
        "module      plan   file  why\n"
        "features    train        'bias: true' then, 'bias: false' now\n"
        "classifier  train\n");
}

TEST_CASE("tool: a stack starts from a module that was trained through a head") {
  const Store store;
  const json report = store.document(Arguments{"run", store.file, "--out", store.at("run")} +
                                     with_head("{type: mlp, widths: [8]}", "{type: alignment}"));
  const std::string text = read_text(store.file), hash = report["modules"][0]["hash"];
  const std::size_t begin = text.find("    backbone: {type: mlp"), end = text.find("  - module: classifier");
  write_text(store.at("from.yaml"), text.substr(0, begin) + "    from: " + hash + "\n" + text.substr(end));
  const json above = store.document({"run", store.at("from.yaml"), "--no-reuse", "--out", store.at("above")});
  CHECK(above["modules"][0]["origin"] == "given");
  CHECK(above["modules"][1]["hash"] == report["modules"][1]["hash"]);
}

TEST_CASE("tool: a head reads features, which a kernel without centres gives") {
  const Store store;
  const Outcome outcome = store.tool(
      Arguments{"check", store.file, "--set", "stack.features.kernel={type: gaussian, sigma: 2, centers: 20}"} +
      with_head("{type: linear}"));
  CHECK(outcome.code == 3);
  CHECK(store.named(outcome.err) ==
        "--set stack.features.head={type: linear}: error: module 'features' takes no head: the features of kernel "
        "'gaussian' need centres, which are drawn when the module has been trained\n"
        "1 error in DIR/tiny.yaml\n");
}

TEST_CASE("tool: no loss from labels trains a hidden module where pairs are known instead") {
  const Store store;
  REQUIRE(store.tool({"pairs", store.file, "--budget", "5%", "--out", store.at("pairs.csv")}).code == 0);
  const Arguments known{"check", store.file, "--set", "data.pairs=pairs.csv"};
  CHECK(store.tool(known + with_head("{type: mlp, widths: [8]}", "{type: alignment}")).code == 0);
  const Outcome outcome = store.tool(known + with_head("{type: linear}"));
  CHECK(outcome.code == 3);
  CHECK(store.named(outcome.err) ==
        "--set stack.features.loss={type: cross-entropy}: error: loss 'cross-entropy' needs labels, but hidden modules "
        "learn from the pairs of 'data' alone; use a pairwise loss, or leave 'pairs' out\n"
        "1 error in DIR/tiny.yaml\n");
}

TEST_CASE("tool: the help of modules says what a head is") {
  const std::string help = run_tool({"help", "module"}).out;
  CHECK(help.find("\n  head       backbone") != std::string::npos);
}
