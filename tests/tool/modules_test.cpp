// The module store as users meet it: modules, run --plan, --no-reuse.
#include <doctest/doctest.h>

#include "store.h"

using namespace gramstack::test;
using nlohmann::json;

namespace {

void damage(const std::filesystem::path& file) {
  std::string bytes = read_text(file);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_text(file, bytes);
}

}  // namespace

TEST_CASE("modules: after another output module was asked for, only that one is trained") {
  const Store store;
  const std::vector<std::string> hashes = store.train("first");
  const std::vector<std::string> changed = {"--set", "stack.classifier.epochs=5"};
  const Outcome plan = store.tool({"run", store.file, "--plan", changed[0], changed[1]});
  CHECK(plan.code == 0);
  CHECK(plan.out == "module      plan   file          why\nfeatures    reuse  " + head(hashes[0]) +
                        "\nclassifier  train                'epochs: 4' then, 'epochs: 5' now\n");
  const json document = store.document({"run", store.file, "--plan", changed[0], changed[1]});
  CHECK(document["store"] == store.at("store"));
  CHECK(document["modules"][0] ==
        json{{"name", "features"}, {"plan", "reuse"}, {"hash", hashes[0]}, {"reason", nullptr}});
  CHECK(document["modules"][1]["plan"] == "train");
  const Outcome run = store.tool({"run", store.file, "--out", store.at("second"), changed[0], changed[1]});
  REQUIRE(run.code == 0);
  CHECK(run.err.find("features: epoch") == std::string::npos);
  CHECK(run.err.find("classifier: epoch 5/5") != std::string::npos);
  CHECK(run.out.find("\nreused from the store: features, whose training took ") != std::string::npos);
  const json report = json::parse(read_text(store.at("second") + "/report.json"));
  CHECK(report["modules"][0]["origin"] == "reused");
  CHECK(report["modules"][1]["origin"] == "trained");
}

TEST_CASE("modules: --no-reuse trains everything, and --store names another store") {
  const Store store;
  store.train("first");
  const json again = store.document({"run", store.file, "--no-reuse", "--out", store.at("second")});
  CHECK(again["modules"][0]["origin"] == "trained");
  const json other = store.document({"run", store.file, "--store", store.at("other"), "--out", store.at("third")});
  CHECK(other["modules"][0]["origin"] == "trained");
  CHECK(store.document({"modules", "list", "--store", store.at("other")})["modules"].size() == 2);
  CHECK(store.document({"run", store.file, "--out", store.at("fourth")})["modules"][0]["origin"] == "reused");
}

TEST_CASE("modules: list and show say where a module comes from") {
  const Store store;
  CHECK(store.tool({"modules", "list"}).err == "the module store " + store.at("store") + " is empty\n");
  const std::vector<std::string> hashes = store.train("run");
  const json list = store.document({"modules", "list"});
  REQUIRE(list["modules"].size() == 2);
  const Outcome text = store.tool({"modules", "list"});
  CHECK(text.out.find("file          module      kind    value") == 0);
  CHECK(text.out.find(head(hashes[0]) + "  features    hidden  objective") != std::string::npos);
  const json output = store.document({"modules", "show", hashes[1].substr(0, 6)});
  CHECK(output["hash"] == hashes[1]);
  CHECK(output["parents"] == json{hashes[0]});
  CHECK(output["kind"] == "output");
  CHECK(output["test_accuracy"].is_number());
  CHECK(output["validation_accuracy"].is_number());
  CHECK(output["source"] == "run 'tiny' in " + store.at("run"));
  CHECK(output["stored"].get<std::string>().size() == 20);
  CHECK(output["pipeline"].get<std::string>().find("module: classifier\n") == 0);
  CHECK(store.document({"modules", "show", hashes[0]})["above"] == json{hashes[1]});
  const Outcome shown = store.tool({"modules", "show", hashes[0]});
  CHECK(shown.out.find("hash       " + hashes[0] + "\nmodule     features (hidden)\ninput      1 x 8 x 8\n") == 0);
  CHECK(shown.out.find("\nbelow      " + head(hashes[1]) + " classifier\n") != std::string::npos);
  CHECK(shown.out.find("\npipeline\n  module: features\n") != std::string::npos);
}

TEST_CASE("modules: a module goes out of one store and into another") {
  const Store store;
  const std::string hash = store.train("run")[0];
  const Outcome exported = store.tool({"modules", "export", hash.substr(0, 8), store.at("features.safetensors")});
  CHECK(exported.code == 0);
  CHECK(exported.out == store.at("features.safetensors") + "\n");
  CHECK(read_text(exported.out.substr(0, exported.out.size() - 1)) ==
        read_text(store.at("store/" + hash + ".safetensors")));
  CHECK(store.tool({"modules", "export", hash}).out == "./" + hash + ".safetensors\n");
  const std::string other = store.at("other");
  CHECK(store.tool({"modules", "import", store.at("features.safetensors"), "--store", other}).out == hash + "\n");
  CHECK(store.document({"modules", "show", hash, "--store", other})["source"] ==
        "imported from " + store.at("features.safetensors"));
  const Outcome again = store.tool({"modules", "export", hash, store.at("features.safetensors")});
  CHECK(again.code == 2);
  CHECK(store.named(again.err) ==
        "gramstack: error: DIR/features.safetensors exists; name another file, or a folder\n");
}

TEST_CASE("modules: verify finds damage, gc removes it, and a run trains anew") {
  const Store store;
  const std::vector<std::string> hashes = store.train("run");
  CHECK(store.tool({"modules", "verify"}).out == "2 modules, 0 damaged\n");
  CHECK(store.tool({"modules", "gc"}).out == "0 files removed, 0.0 KiB\n");
  const std::string damaged = hashes[0] + ".safetensors";
  damage(store.at("store/" + damaged));
  const Outcome verified = store.tool({"modules", "verify"});
  CHECK(verified.code == 6);
  CHECK(store.named(verified.out).find("module file DIR/store/" + damaged + ": its bytes hash to ") == 0);
  CHECK(verified.out.ends_with("\n2 modules, 1 damaged\n"));
  const json dry = store.document({"modules", "gc", "--dry-run"});
  REQUIRE(dry["removed"].size() == 3);
  CHECK(dry["removed"][0]["file"] == damaged);
  CHECK(dry["removed"][0]["reason"] == "damaged");
  CHECK(dry["removed"][1]["reason"] == "its module is gone");
  const Outcome anew = store.tool({"run", store.file, "--out", store.at("anew"), "-q"});
  CHECK(anew.code == 0);
  CHECK(store.named(anew.err).find("warning: module file DIR/store/" + damaged) == 0);
  CHECK(store.tool({"modules", "verify"}).out == "2 modules, 0 damaged\n");
  damage(store.at("store/" + damaged));
  CHECK(store.document({"modules", "gc"})["removed"].size() == 3);
  CHECK(store.tool({"modules", "verify"}).out == "1 module, 0 damaged\n");
  CHECK(store.document({"modules", "gc", "--unused-for", "0"})["removed"].size() == 3);
  CHECK(store.tool({"modules", "verify"}).out == "0 modules, 0 damaged\n");
}

TEST_CASE("modules: mistakes are told with what would be right") {
  const Store store;
  const std::vector<std::string> hashes = store.train("run");
  const Outcome unknown = store.tool({"modules", "show", "features"});
  CHECK(unknown.code == 6);
  CHECK(store.named(unknown.err)
            .find("gramstack: error: module 'features': a hash has up to 64 of the digits 0-9 and "
                  "a-f; the module store DIR/store holds ") == 0);
  const Outcome brief = store.tool({"modules", "show", "ab"});
  CHECK(brief.code == 6);
  CHECK(brief.err.find("module 'ab': at least 4 digits of a hash are needed; ") != std::string::npos);
  const Outcome foreign = store.tool({"modules", "import", store.file});
  CHECK(foreign.code == 6);
  CHECK(store.named(foreign.err).find("gramstack: error: module file DIR/tiny.yaml: its header length is ") == 0);
  const Outcome none = store.tool({"modules"});
  CHECK(none.code == 2);
  CHECK(none.err ==
        "gramstack: error: 'gramstack modules' needs a command: list, show, import, export, verify, gc\n"
        "  see: gramstack modules --help\n");
  const Outcome misspelt = store.tool({"modules", "shwo"});
  CHECK(misspelt.code == 2);
  CHECK(misspelt.err ==
        "gramstack: error: 'gramstack modules' has no command 'shwo'; did you mean 'show'?\n"
        "  commands: list, show, import, export, verify, gc\n  see: gramstack modules --help\n");
  const Outcome option = store.tool({"modules", "gc", "--dri-run"});
  CHECK(option.code == 2);
  CHECK(option.err.find(
            "gramstack: error: 'gramstack modules gc' has no option '--dri-run'; did you mean '--dry-run'?") == 0);
}

TEST_CASE("modules: without a home a run goes without a store, and modules says what to give") {
  const Store store;
  const auto homeless = [&](std::vector<std::string> arguments) {
    return run_tool(Invocation{std::move(arguments), {}, {{"HOME", ""}, {"GRAMSTACK_STORE", ""}}, {}});
  };
  const Outcome list = homeless({"modules", "list"});
  CHECK(list.code == 2);
  CHECK(list.err ==
        "gramstack: error: there is no module store: give --store FOLDER, or set GRAMSTACK_STORE or HOME\n");
  const Outcome run = homeless({"run", store.file, "--out", store.at("run"), "-q"});
  CHECK(run.code == 0);
  CHECK(run.err == "");
}
