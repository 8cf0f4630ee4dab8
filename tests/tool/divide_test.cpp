// divide: one network in more and more modules, from the command line.
#include <algorithm>

#include "division_results.h"
#include "store.h"

using namespace gramstack::test;
using gramstack::tool::DivisionResults;
using gramstack::tool::Way;

namespace {

std::vector<std::string> divide(const Store& store, std::vector<std::string> more) {
  more.insert(more.begin(), {"divide", store.file, "--out", store.at("divided")});
  return more;
}

void refuses(const Store& store, const std::vector<std::string>& more, int code, const std::string& message) {
  check_refused(store.tool(divide(store, more)), code, message);
}

}  // namespace

TEST_CASE("tool: the table and the lines of divided networks") {
  DivisionResults results("shapes");
  results.add({{Way::end_to_end, 0}, 0, 0.75, {}, 2, 1 << 20});
  results.add({{Way::in_turn, 2}, 0, 0.80, 0.5, 3, 3 << 19});
  results.add({{Way::in_turn, 2}, 1, 0.90, 0.7, 5, 1 << 19});
  CHECK(results.table() ==
        "trained     hidden modules   test accuracy  one label per class  time   memory\n"
        "end to end               -         75.00 %                    -  0:02  1.0 MiB\n"
        "in turn                  2  85.00 % ± 7.07      60.00 % ± 14.14  0:04  1.5 MiB\n");
  CHECK(results.csv() ==
        "way,modules,seed,accuracy,one_label_accuracy,seconds,peak_memory\n"
        "end to end,0,0,0.75,,2,1048576\n"
        "in turn,2,0,0.8,0.5,3,1572864\n"
        "in turn,2,1,0.9,0.7,5,524288\n");
  CHECK(results.accuracy_svg().find(">hidden modules</text>") != std::string::npos);
}

TEST_CASE("tool: divide trains what run would train, and keeps what is finished") {
  const Store store;
  const std::vector<std::string> wanted{"--modules", "2,1", "--together", "--seeds", "2"};
  const json all = store.document(divide(store, wanted));
  REQUIRE(all["runs"].size() == 8);
  const auto same_as_run = [&](std::size_t i, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"run", store.file, "--no-reuse", "--out", store.at(std::to_string(i))});
    const json report = store.document(arguments);
    CHECK(all["runs"][i]["accuracy"] == report["test_accuracy"]);
    CHECK(all["runs"][i]["one_label_accuracy"] == report["one_label_accuracy"]);
  };
  CHECK(all["runs"][0]["way"] == "end to end");
  CHECK(all["runs"][1]["seed"] == 4);
  CHECK(all["runs"][4]["modules"] == 2);
  same_as_run(2, {});
  same_as_run(4, {"--set", "stack.features.cut=[linear1]"});
  same_as_run(7, {"--set", "stack.features.cut=[linear1]", "--set", "schedule=together", "--set", "seed=4"});
  CHECK(store.document(divide(store, wanted)) == all);
  CHECK(json::parse(read_text(store.at("divided/divide.json"))) == all);
}

TEST_CASE("tool: divide gives the inner parts a kernel of their own") {
  const Store store;
  const json divided = store.document(divide(store, {"--modules", "2", "--kernel", "relu"}));
  const json report = store.document({"run", store.file, "--no-reuse", "--out", store.at("run"), "--set",
                                      "stack.features.cut=[{at: linear1, kernel: {type: relu}}]"});
  CHECK(divided["runs"][1]["accuracy"] == report["test_accuracy"]);
  std::size_t most = 0;
  for (const json& module : report["modules"]) most = std::max(most, module["peak_memory"].get<std::size_t>());
  CHECK(divided["runs"][1]["peak_memory"] == most);
}

TEST_CASE("tool: divide says what it cannot cut, before it trains") {
  const Store store;
  refuses(store, {"--modules", "3"}, 2,
          "--modules: 3 are wanted, but the backbone of module 'features' has these ends of parts only: linear1, "
          "linear2");
  refuses(store, {"--set", "stack.features.cut=[linear1]"}, 2,
          "divide cuts the one hidden module of a network, and " + store.file +
              " has 2: leave out its `cut`, or name another file");
  const Outcome flat =
      store.tool(divide(store, {"--modules", "2", "--set", "stack.features.backbone={type: resnet, width: 2}", "--set",
                                "stack.features.kernel={type: relu-pool}"}));
  CHECK(flat.code == 3);
  CHECK(flat.err.ends_with("\n1 error in " + store.file +
                           "\n  with stack.features.cut=[stage2]\n  --kernel gives all parts but the last another "
                           "kernel\n"));
  CHECK_FALSE(std::filesystem::exists(store.at("divided")));
}
