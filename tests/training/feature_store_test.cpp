// Features of frozen modules are kept in the store: the next training of a module above them does not compute them.
#include <doctest/doctest.h>

#include "fixture.h"
#include "store/feature_cache.h"
#include "store/files.h"
#include "store/sha256.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

/// Runs on 1200 images, of which 1176 are trained on: enough to be kept.
struct Runs {
  ScratchFolder folder;
  Pipeline pipeline;
  Runs() {
    write_bars(folder / "data", 1200, 40);
    pipeline = bars_pipeline(folder / "data");
    pipeline.stack[0].schedule.epochs = 1;
  }
  RunReport run_in(const std::string& name, bool store = true, bool reuse = true) {
    RunOptions options = options_of(folder / name);
    if (store) options.store = folder / "store";
    options.reuse = reuse;
    return run(pipeline, options);
  }
  std::vector<std::filesystem::path> tables() const {
    std::vector<std::filesystem::path> tables;
    std::error_code error;
    for (const std::filesystem::directory_entry& entry :
         std::filesystem::directory_iterator(folder / "store/features", error))
      tables.push_back(entry.path());
    return tables;
  }
};

/// Puts zeros in place of the numbers of a table.
void empty_table(const std::filesystem::path& file) {
  const std::vector<std::byte> zeros(std::filesystem::file_size(file) - 64);
  std::vector<std::byte> bytes;
  for (const char digit : sha256(zeros)) bytes.push_back(static_cast<std::byte>(digit));
  bytes.insert(bytes.end(), zeros.begin(), zeros.end());
  write_atomically(file, bytes);
}

}  // namespace

TEST_CASE("training: a table of features is kept in the store and serves the next run to the same bits") {
  Runs runs;
  const RunReport first = runs.run_in("first");
  // Of the images that are trained on, and of those that are measured; 24 validation and 40 test images are too few.
  REQUIRE(runs.tables().size() == 2);
  set_output_epochs(runs.pipeline, 2);
  const RunReport second = runs.run_in("second");
  CHECK(runs.tables().size() == 2);
  CHECK(second.modules[1].hash == runs.run_in("without", false).modules[1].hash);

  set_output_epochs(runs.pipeline, 3);
  for (const std::filesystem::path& table : runs.tables()) empty_table(table);
  const RunReport blind = runs.run_in("blind");
  CHECK(blind.test_accuracy == doctest::Approx(0.25));  // it did read the table, in which all images are alike
  const RunReport afresh = runs.run_in("afresh", true, false);
  CHECK(afresh.test_accuracy > 0.25);
  CHECK(afresh.modules[1].hash != blind.modules[1].hash);
}

TEST_CASE("training: other images, weights and views have other features") {
  Runs runs;
  runs.run_in("first");
  runs.pipeline.data.validation = 48;
  runs.run_in("fewer images");
  CHECK(runs.tables().size() == 4);
  runs.pipeline.seed = 5;
  runs.run_in("other weights");
  CHECK(runs.tables().size() == 6);
  runs.pipeline.views.mirror = true;
  runs.run_in("views");
  CHECK(runs.tables().size() == 8);
}
