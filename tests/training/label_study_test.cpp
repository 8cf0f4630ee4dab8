// Output modules on random draws of labels.
#include "training/label_study.h"

#include <doctest/doctest.h>

#include "fixture.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("training: a schedule of other epochs has its stages in the same proportions") {
  Schedule schedule;
  schedule.kind = Schedule::Kind::steps;
  schedule.epochs = 350;
  schedule.stage_epochs = {200, 100, 50};
  schedule.warmup = 7;
  const Schedule shorter = with_epochs(schedule, 35);
  CHECK(shorter.epochs == 35);
  CHECK(shorter.stage_epochs == std::vector<std::int64_t>{20, 10, 5});
  CHECK(shorter.warmup == doctest::Approx(0.7));
  CHECK(with_epochs(schedule, 3).stage_epochs == std::vector<std::int64_t>{2, 1, 0});
}

TEST_CASE("training: draws of labels have seeds of their own, the first the pipeline's") {
  CHECK(draw_seed(3, 0) == 3);
  CHECK(draw_seed(3, 1) != draw_seed(3, 2));
  CHECK(draw_seed(3, 1) != draw_seed(4, 1));
}

TEST_CASE("training: a label study repeats the run's own draw, and every other one") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const RunReport report = run(pipeline, options_of(folder / "run"));
  CHECK(most_labels_per_class(pipeline) == 54);
  LabelStudy study(pipeline, folder / "run", RunOptions().feature_memory, {}, {});
  CHECK(study.labels({2, 1}) == 8);
  CHECK(study.labels({std::nullopt, 1}) == 216);
  CHECK(study.output_module({1, 0}) == doctest::Approx(report.one_label_accuracy.value()));
  const double drawn = study.output_module({1, 3});
  CHECK(study.output_module({1, 3}) == drawn);
  CHECK(study.end_to_end({1, 0}, 2) == study.end_to_end({1, 0}, 2));
  LabelStudy without_table(pipeline, folder / "run", 0, {}, {});
  CHECK(without_table.output_module({1, 3}) == doctest::Approx(drawn));
}

TEST_CASE("training: a label study ends where its poll throws") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  run(pipeline, options_of(folder / "run"));
  int left = 30;
  LabelStudy study(pipeline, folder / "run", RunOptions().feature_memory, {}, [&left] {
    if (--left == 0) throw Error(ExitCode::interrupted, "stopped");
  });
  CHECK(failure_of([&] { study.end_to_end({std::nullopt, 0}, 2); }) == "130: stopped");
}
