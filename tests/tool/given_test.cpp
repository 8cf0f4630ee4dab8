// Pipelines that start from stored modules.
#include "store.h"

using namespace gramstack::test;

namespace {

/// A trained tiny pipeline, and pipelines that start from its modules.
struct Transfer : Store {
  std::vector<std::string> hashes = train("first");

  /// The tiny pipeline with `entries` in place of its hidden module, as FOLDER/NAME.
  std::string write(const std::string& name, const std::string& entries) const {
    const std::string text = read_text(file);
    const std::size_t begin = text.find("  - module: features"), end = text.find("  - module: classifier");
    write_text(at(name), text.substr(0, begin) + entries + text.substr(end));
    return at(name);
  }
  std::string from(const std::string& source, const std::string& more = "") const {
    return write("from.yaml", "  - module: base\n    from: " + source + "\n" + more);
  }
  /// The first fault that `check` finds, with its line and caret; checks that its place is named.
  std::string fault(const std::string& pipeline, int code) const {
    const Outcome outcome = tool({"check", pipeline});
    CHECK(outcome.code == code);
    return named(outcome.err);
  }
};

std::string caret(const std::string& line, std::size_t column, std::size_t length) {
  return "\n" + line + "\n      | " + std::string(column - 1, ' ') + "^" + std::string(length - 1, '~') + "\n";
}

}  // namespace

TEST_CASE("given: a pipeline starts from a stored module, which is not trained") {
  const Transfer transfer;
  const std::string hash = transfer.hashes[0], file = transfer.from(hash.substr(0, 8));
  const Outcome plan = transfer.tool({"run", file, "--plan", "--set", "stack.classifier.epochs=3"});
  CHECK(plan.out == "module      plan   file          why\nbase        given  " + head(hash) +
                        "\nclassifier  train                'epochs: 4' then, 'epochs: 3' now\n");
  const json report =
      transfer.document({"run", file, "--out", transfer.at("second"), "--set", "stack.classifier.epochs=3"});
  CHECK(report["modules"][0]["name"] == "base");
  CHECK(report["modules"][0]["origin"] == "given");
  CHECK(report["modules"][0]["hash"] == hash);
  CHECK(report["modules"][0]["training_value"].is_null());
  CHECK(report["modules"][1]["origin"] == "trained");
  CHECK(report["test_accuracy"].get<double>() > 0.9);
  const json output = transfer.document({"modules", "show", report["modules"][1]["hash"].get<std::string>()});
  CHECK(output["parents"] == json{hash});
}

TEST_CASE("given: a stored module brings its centres, however few images there are now") {
  const Transfer transfer;
  const std::string rest = "    loss: {type: alignment}\n    optimizer: {type: sgd, lr: 0.1}\n    epochs: 1\n";
  const json report =
      transfer.document({"run",
                         transfer.write("two.yaml",
                                        "  - module: lower\n    backbone: {type: mlp, widths: [8]}\n"
                                        "    kernel: {type: gaussian, sigma: 2, centers: 120}\n" +
                                            rest +
                                            "  - module: upper\n    backbone: {type: mlp, widths: [8]}\n"
                                            "    kernel: {type: tanh}\n" +
                                            rest),
                         "--out", transfer.at("two")});
  const auto hash = [&](std::size_t module) { return report["modules"][module]["hash"].get<std::string>(); };
  const std::string file =
      transfer.from(hash(0).substr(0, 8), "  - module: upper\n    from: " + hash(1).substr(0, 8) + "\n");
  CHECK(transfer.tool({"check", file, "--set", "data.validation=100"}).code == 0);
  const Outcome alone = transfer.tool({"check", transfer.at("two.yaml"), "--set", "data.validation=100"});
  CHECK(alone.code == 3);
  CHECK(alone.err.find("kernel 'gaussian' takes 120 centres from training images, there are 100") != std::string::npos);
}

TEST_CASE("given: the output module on it is the one that the same features gave before") {
  const Transfer transfer;
  const std::string file = transfer.from(transfer.hashes[0].substr(0, 8));
  const json report = transfer.document({"run", file, "--no-reuse", "--out", transfer.at("second")});
  CHECK(report["modules"][1]["origin"] == "trained");
  CHECK(report["modules"][1]["hash"] == transfer.hashes[1]);
}

TEST_CASE("given: a run needs neither store nor file once it has begun") {
  const Transfer transfer;
  transfer.tool({"modules", "export", transfer.hashes[0], transfer.at("base.safetensors")});
  const std::string file = transfer.from("base.safetensors");
  const json report = transfer.document({"run", file, "--store", transfer.at("other"), "--out", transfer.at("run")});
  CHECK(report["modules"][0]["hash"] == transfer.hashes[0]);
  CHECK(report["modules"][1]["hash"] == transfer.hashes[1]);
  CHECK(transfer.document({"modules", "list", "--store", transfer.at("other")})["modules"].size() == 2);
  std::filesystem::remove(transfer.at("base.safetensors"));
  std::filesystem::remove_all(transfer.at("store"));
  const json evaluation = transfer.document({"eval", transfer.at("run")});
  CHECK(evaluation["accuracy"] == report["test_accuracy"]);
}

TEST_CASE("given: other images of the same shape are normalised as the module was trained") {
  const Transfer transfer;
  write_idx(transfer.at("other"), kTinySide, 2, 120);
  const std::string file = transfer.from(transfer.hashes[0].substr(0, 8));
  const json report = transfer.document({"run", file, "--set", "data.path=" + transfer.at("other"), "--set",
                                         "data.validation=20", "--out", transfer.at("run")});
  CHECK(report["modules"][0]["origin"] == "given");
  CHECK(report["modules"][1]["origin"] == "trained");
  CHECK(report["test_accuracy"].is_number());
  CHECK(transfer.document({"run", file, "--end-to-end", "--out", transfer.at("whole")})["modules"][0]["origin"] ==
        "given");
}

TEST_CASE("given: check and render say what is stored") {
  const Transfer transfer;
  const std::string hash = transfer.hashes[0], file = transfer.from(hash.substr(0, 8));
  CHECK(transfer.tool({"check", file}).out.find("\nbase         stored\nclassifier       36\n") != std::string::npos);
  CHECK(transfer.document({"check", file})["modules"][0] == json{{"name", "base"}, {"weights", nullptr}});
  CHECK(transfer.tool({"render", file}).out.find("  - module: base  # given\n    from: " + hash + "  # given\n") !=
        std::string::npos);
  const Outcome graph = transfer.tool({"graph", file, "--module", "base"});
  CHECK(graph.code == 2);
  CHECK(graph.err == "gramstack: error: module 'base' is a stored one and is not trained\n");
}

TEST_CASE("given: several stored modules stand on each other as they were trained") {
  const Transfer transfer;
  const std::string more =
      "    kernel: {type: relu}\n    loss: {type: alignment}\n    optimizer: {type: sgd, lr: 0.1}\n    epochs: 1\n";
  const std::string two = transfer.from(transfer.hashes[0].substr(0, 8),
                                        "  - module: more\n    backbone: {type: mlp, widths: [6]}\n" + more);
  const json trained = transfer.document({"run", two, "--out", transfer.at("two")});
  const std::string upper = trained["modules"][1]["hash"].get<std::string>();
  const std::string both =
      transfer.from(transfer.hashes[0].substr(0, 8), "  - module: upper\n    from: " + upper.substr(0, 8) + "\n");
  const json report = transfer.document({"run", both, "--no-reuse", "--out", transfer.at("both")});
  CHECK(report["modules"][1]["origin"] == "given");
  CHECK(report["modules"][2]["hash"] == trained["modules"][2]["hash"]);
  CHECK(transfer.fault(transfer.from(upper.substr(0, 8)), 3) ==
        "DIR/from.yaml:8:11: error: module 'base' was trained on the outputs of module " + head(transfer.hashes[0]) +
            ", not on what is below it here" + caret("    8 |     from: " + upper.substr(0, 8), 11, 8) +
            "1 error in DIR/from.yaml\n");
}

TEST_CASE("given: faults are shown at their place") {
  const Transfer transfer;
  const std::string prefix = transfer.hashes[0].substr(0, 8), output = transfer.hashes[1].substr(0, 8);
  const std::string holds = "the module store DIR/store holds ";
  CHECK(transfer.fault(transfer.from("ffffffff"), 6)
            .starts_with("DIR/from.yaml:8:11: error: module 'ffffffff': there is none; " + holds));
  CHECK(transfer.fault(transfer.from("base.safetensors"), 6) ==
        "DIR/from.yaml:8:11: error: cannot read DIR/base.safetensors: No such file or directory" +
            caret("    8 |     from: base.safetensors", 11, 16) + "1 error in DIR/from.yaml\n");
  CHECK(transfer.fault(transfer.from(prefix, "    optimizer: {type: sgd, lr: 0.1}\n    bach: 3\n"), 3) ==
        "DIR/from.yaml:9:5: error: module 'base' comes 'from' a stored module and is not trained: it takes no "
        "'optimizer'" +
            caret("    9 |     optimizer: {type: sgd, lr: 0.1}", 5, 9) +
            "DIR/from.yaml:10:5: error: module 'base' has no key 'bach'; it has module, from" +
            caret("   10 |     bach: 3", 5, 4) + "2 errors in DIR/from.yaml\n");
  CHECK(transfer.fault(transfer.from(output), 3)
            .starts_with("DIR/from.yaml:8:11: error: module 'base' is stored as an output module, which gives scores "
                         "of the classes that it was trained on; a stack starts from hidden ones\n"));
  CHECK(transfer.fault(transfer.from("[1]"), 3)
            .starts_with("DIR/from.yaml:8:11: error: 'from' expects the first digits of a stored module's hash, or a "
                         "module file, got a list\n"));
}

TEST_CASE("given: images of another shape and a normalisation of their own do not fit") {
  const Transfer transfer;
  const std::string file = transfer.from(transfer.hashes[0].substr(0, 8));
  write_idx(transfer.at("large"), 10, kTinyClasses);
  const Outcome shape = transfer.tool({"check", file, "--set", "data.path=" + transfer.at("large")});
  CHECK(shape.code == 3);
  CHECK(
      transfer.named(shape.err).starts_with("DIR/from.yaml:8:11: error: module 'base' was trained on images of 1 x 8 "
                                            "x 8; those of the data set are 1 x 10 x 10\n"));
  const Outcome mean = transfer.tool({"check", file, "--set", "data.mean=[0.5]"});
  CHECK(mean.code == 3);
  CHECK(
      mean.err.starts_with("--set data.mean=[0.5]: error: images are normalised as module 'base' was trained; leave "
                           "out 'mean'\n"));
}

TEST_CASE("given: a stored module stands neither on top nor above one that is trained") {
  const Transfer transfer;
  const std::string text = read_text(transfer.file), prefix = transfer.hashes[0].substr(0, 8);
  const std::size_t end = text.find("  - module: classifier");
  write_text(transfer.at("above.yaml"),
             text.substr(0, end) + "  - module: base\n    from: " + prefix + "\n" + text.substr(end));
  CHECK(transfer.fault(transfer.at("above.yaml"), 3)
            .starts_with("DIR/above.yaml:15:11: error: module 'base' stands above a module that is trained; stored "
                         "modules come first\n"));
  write_text(transfer.at("top.yaml"),
             text.substr(0, text.find("  - module: features")) + "  - module: base\n    from: " + prefix + "\n");
  CHECK(transfer.fault(transfer.at("top.yaml"), 3)
            .starts_with("DIR/top.yaml:8:11: error: module 'base' is the last one, the output module, which must be "
                         "trained; put it above stored ones\n"));
}

TEST_CASE("given: a damaged stored module starts nothing") {
  const Transfer transfer;
  const std::string path = transfer.at("store/" + transfer.hashes[0] + ".safetensors");
  std::string bytes = read_text(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_text(path, bytes);
  CHECK(transfer.fault(transfer.from(transfer.hashes[0].substr(0, 8)), 6)
            .starts_with("DIR/from.yaml:8:11: error: module file DIR/store/" + transfer.hashes[0] +
                         ".safetensors: its bytes hash to "));
}
