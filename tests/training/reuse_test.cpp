#include <doctest/doctest.h>

#include "fixture.h"
#include "store/files.h"
#include "store/module_store.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

/// A pipeline whose runs share a store.
struct Runs {
  BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  ModuleStore store{folder / "store"};
  std::vector<std::string> warnings;

  RunOptions options(const std::string& name) {
    RunOptions options = options_of(folder / name);
    options.store = store.folder();
    options.warn = [this](const std::string& warning) { warnings.push_back(warning); };
    return options;
  }
  RunReport run_in(const std::string& name) { return run(pipeline, options(name)); }
  /// What the run gave, without how it came to it.
  Outcome outcome(const std::string& name) const {
    Outcome outcome = outcome_of(folder / name);
    outcome.report = replaced(outcome.report, "\"origin\":\"reused\"", "\"origin\":\"trained\"");
    return outcome;
  }
};

std::vector<Origin> origins(const RunReport& report) {
  std::vector<Origin> result;
  for (const ModuleReport& module : report.modules) result.push_back(module.origin);
  return result;
}

/// "features train: REASON"
std::vector<std::string> planned(const Pipeline& pipeline, const RunOptions& options) {
  std::vector<std::string> lines;
  for (const PlannedModule& module : plan(pipeline, options))
    lines.push_back(module.name + (module.origin == Origin::trained ? " train: " : " reuse: ") + module.reason);
  return lines;
}

using Origins = std::vector<Origin>;
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("training: a run that was done before is taken from the store, to the same bytes") {
  Runs runs;
  CHECK(origins(runs.run_in("first")) == Origins{Origin::trained, Origin::trained});
  const RunReport again = runs.run_in("again");
  CHECK(origins(again) == Origins{Origin::reused, Origin::reused});
  CHECK(runs.outcome("again") == runs.outcome("first"));
  CHECK(again.modules[0].file == module_path(runs.folder / "again" / "modules", again.modules[0].hash));
  CHECK(read_module_file(again.modules[0].file).module == "features");
  CHECK(runs.store.get(again.modules[1].hash).note.test_accuracy == again.test_accuracy);
  CHECK(runs.warnings.empty());
}

TEST_CASE("training: another output module is trained on the features of the store") {
  Runs runs;
  runs.run_in("first");
  set_output_epochs(runs.pipeline, 3);
  CHECK(origins(runs.run_in("changed")) == Origins{Origin::reused, Origin::trained});
  run(runs.pipeline, options_of(runs.folder / "alone"));  // without a store
  CHECK(runs.outcome("changed") == runs.outcome("alone"));
}

TEST_CASE("training: other views of evaluation change the output module alone") {
  Runs runs;
  runs.run_in("first");
  runs.pipeline.views.mirror = true;
  CHECK(origins(runs.run_in("mirrored")) == Origins{Origin::reused, Origin::trained});
}

TEST_CASE("training: whatever changes the bits of a module has it trained anew") {
  Runs runs;
  runs.run_in("first");
  const Origins trained{Origin::trained, Origin::trained};
  SUBCASE("seed") { runs.pipeline.seed = 4; }
  SUBCASE("held-out images") { runs.pipeline.data.validation = 28; }
  SUBCASE("augmentation") { runs.pipeline.data.augment.flip = Augmentation::Flip::random; }
  SUBCASE("normalisation") {
    runs.pipeline.data.mean = {0.5};
    runs.pipeline.data.deviation = {0.2};
  }
  SUBCASE("its part of the pipeline") { runs.pipeline.stack[0].resolved += "batch: 24\n"; }
  SUBCASE("images") {
    write_bars(runs.folder / "other", 240, 80, 10);
    runs.pipeline.data.dataset =
        component<Dataset>(GRAMSTACK_DATASET, "idx", {{"path", (runs.folder / "other").string()}});
  }
  CHECK(origins(runs.run_in("second")) == trained);
}

TEST_CASE("training: end to end and module by module never share modules") {
  Runs runs;
  runs.run_in("modules");
  RunOptions options = runs.options("whole");
  options.end_to_end = true;
  CHECK(origins(run(runs.pipeline, options)) == Origins{Origin::trained, Origin::trained});
  options.folder = runs.folder / "whole again";
  CHECK(origins(run(runs.pipeline, options)) == Origins{Origin::reused, Origin::reused});
  CHECK(runs.outcome("whole") == runs.outcome("whole again"));
}

TEST_CASE("training: reuse can be turned off, and without a store nothing is stored") {
  Runs runs;
  run(runs.pipeline, options_of(runs.folder / "alone"));
  CHECK(runs.store.hashes().empty());
  runs.run_in("first");
  RunOptions options = runs.options("second");
  options.reuse = false;
  CHECK(origins(run(runs.pipeline, options)) == Origins{Origin::trained, Origin::trained});
}

TEST_CASE("training: a damaged stored module is reported, trained anew and replaced") {
  Runs runs;
  const std::string hash = runs.run_in("first").modules[0].hash;
  std::vector<std::byte> bytes = read_file(runs.store.file(hash));
  bytes.back() ^= std::byte{1};
  write_atomically(runs.store.file(hash), bytes);
  CHECK(origins(runs.run_in("second")) == Origins{Origin::trained, Origin::trained});
  REQUIRE(runs.warnings.size() == 1);
  CHECK(runs.warnings[0].starts_with("module file " + runs.store.file(hash).string() + ": its bytes hash to "));
  CHECK(runs.warnings[0].ends_with(": it was changed or damaged; module 'features' is trained anew"));
  CHECK(runs.outcome("second") == runs.outcome("first"));
  CHECK(runs.store.defect(hash) == "");
  CHECK(origins(runs.run_in("third")) == Origins{Origin::reused, Origin::reused});
}

TEST_CASE("training: a store that cannot be written is a warning, and the run is the same") {
  Runs runs;
  write_atomically(runs.folder / "store", std::string_view("a file"));
  runs.run_in("first");
  REQUIRE(!runs.warnings.empty());
  CHECK(runs.warnings[0].starts_with("cannot make the module store " + runs.store.folder().string() + ": "));
  run(runs.pipeline, options_of(runs.folder / "alone"));
  CHECK(runs.outcome("first") == runs.outcome("alone"));
}

TEST_CASE("training: an interrupted run that reuses modules goes on to the same bytes, without the store") {
  Runs runs;
  runs.run_in("first");
  set_output_epochs(runs.pipeline, 3);
  runs.run_in("whole");
  for (const std::string& hash : runs.store.hashes())  // only the features are left
    if (!runs.store.get(hash).module.hidden) std::filesystem::remove(runs.store.file(hash));
  REQUIRE(run_until(runs.pipeline, runs.options("cut"), 2, true) == "130: interrupted; the run can be resumed");
  std::filesystem::remove_all(runs.store.folder());
  RunOptions options = runs.options("cut");
  CHECK(origins(resume(runs.pipeline, options)) == Origins{Origin::reused, Origin::trained});
  CHECK(outcome_of(runs.folder / "cut") == outcome_of(runs.folder / "whole"));
  CHECK(runs.store.hashes().size() == 1);  // the output module
}

TEST_CASE("training: a run that began without reuse does not change its mind when it is resumed") {
  Runs runs;
  RunOptions options = runs.options("cut");
  options.reuse = false;
  REQUIRE(run_until(runs.pipeline, options, 2, true) == "130: interrupted; the run can be resumed");
  runs.run_in("other");
  CHECK(origins(resume(runs.pipeline, runs.options("cut"))) == Origins{Origin::trained, Origin::trained});
  CHECK(outcome_of(runs.folder / "cut") == outcome_of(runs.folder / "other"));
}

TEST_CASE("training: a plan says what would be trained and why, and trains nothing") {
  Runs runs;
  const RunOptions options = runs.options("none");
  CHECK(planned(runs.pipeline, options) ==
        Lines{"features train: the store has no module of this name", "classifier train: "});
  set_output_epochs(runs.pipeline, 2);
  runs.run_in("first");
  CHECK(planned(runs.pipeline, options) == Lines{"features reuse: ", "classifier reuse: "});
  set_output_epochs(runs.pipeline, 3);
  CHECK(planned(runs.pipeline, options) ==
        Lines{"features reuse: ", "classifier train: 'epochs: 2' then, 'epochs: 3' now"});
  runs.pipeline.seed = 4;
  CHECK(planned(runs.pipeline, options) ==
        Lines{"features train: 'seed: 3' then, 'seed: 4' now", "classifier train: "});
  CHECK_FALSE(std::filesystem::exists(runs.folder / "none"));
}
