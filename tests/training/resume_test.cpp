// Interrupted runs end at the bytes of uninterrupted ones.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "fixture.h"
#include "store/files.h"
#include "support/evaluate.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

constexpr const char* kInterrupted = "130: interrupted; the run can be resumed";

/// Runs in a child that is killed after `delay`; whether it had finished by then.
bool run_and_kill(const Pipeline& pipeline, const RunOptions& options, std::chrono::microseconds delay) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool begin = !std::filesystem::exists(options.folder) || std::filesystem::is_empty(options.folder);
    const std::string failure = failure_of([&] { begin ? run(pipeline, options) : resume(pipeline, options); });
    if (!failure.empty()) std::fprintf(stderr, "%s\n", failure.c_str());
    ::_exit(failure.empty() ? 0 : 1);
  }
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  return WIFEXITED(status);
}

}  // namespace

TEST_CASE("training: a run stopped after any step is resumed to the same bytes") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  run(pipeline, options_of(folder / "whole"));
  const Outcome whole = outcome_of(folder / "whole");
  const std::int64_t steps = 3 * 9 + 2 * 5;
  check_resumed(pipeline, folder, steps, whole);
}

TEST_CASE("training: a run stopped again and again is resumed to the same bytes") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.data.augment = {1, Augmentation::Flip::random};
  pipeline.stack[1].augment = false;
  for (const bool end_to_end : {false, true}) {
    RunOptions options = options_of(folder / (end_to_end ? "whole-e2e" : "whole"));
    options.end_to_end = end_to_end;
    run(pipeline, options);
    const Outcome whole = outcome_of(options.folder);
    options.folder = folder / (end_to_end ? "parts-e2e" : "parts");
    std::string failure = run_until(pipeline, options, 4, true);
    options.end_to_end = false;  // the folder knows
    for (int part = 0; part < 50 && failure == kInterrupted; ++part) failure = run_until(pipeline, options, 4, false);
    CHECK(failure == "");
    CHECK(outcome_of(options.folder) == whole);
  }
}

TEST_CASE("training: SIGTERM has its own exit code") {
  const BarsFolder folder;
  CHECK(run_until(bars_pipeline(folder.data()), options_of(folder / "run"), 2, true, SIGTERM) ==
        "143: terminated; the run can be resumed");
}

TEST_CASE("training: a run killed at random moments is resumed to the same bytes") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  run(pipeline, options_of(folder / "whole"));
  const Outcome whole = outcome_of(folder / "whole");
  std::uint64_t moment = 12345;
  int kills = 0;
  for (int round = 0; kills < 20 || round < 2; ++round) {
    REQUIRE(round < 40);
    RunOptions options = options_of(folder / ("run" + std::to_string(round)));
    options.checkpoint_seconds = 0;
    for (;; ++kills) {
      moment = moment * 6364136223846793005u + 1442695040888963407u;
      const bool late = kills % 3 == 0;
      if (run_and_kill(pipeline, options, std::chrono::microseconds((moment >> 33) % (late ? 150'000 : 40'000)))) break;
      REQUIRE(kills < 1000);
    }
    CHECK(outcome_of(options.folder) == whole);
  }
  MESSAGE(kills << " kills");
}

TEST_CASE("training: a finished run is not run again") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const RunReport report = run(pipeline, options_of(folder / "run"));
  RunOptions options = options_of(folder / "run");
  bool worked = false;
  options.progress = [&](const Progress&) { worked = true; };
  const RunReport again = resume(pipeline, options);
  CHECK_FALSE(worked);
  CHECK(again.test_accuracy == report.test_accuracy);
  CHECK(again.validation_accuracy == report.validation_accuracy);
  CHECK(again.one_label_accuracy == report.one_label_accuracy);
  CHECK(again.seconds == report.seconds);
  CHECK(again.modules[1].file == report.modules[1].file);
  CHECK(again.modules[1].peak_memory == report.modules[1].peak_memory);
}

TEST_CASE("training: resuming something else is refused") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  const RunOptions options = options_of(folder / "run");
  CHECK(run_until(pipeline, options, 3, true) == kInterrupted);
  const auto refusal = [&](const std::string& what) {
    return "3: " + options.folder.string() + " was begun otherwise: " + what +
           "; go on as it was begun, or start a new run in another folder";
  };
  CHECK(failure_of([&] { resume(pipeline, options_of(folder / "none")); }) ==
        "2: run folder " + (folder / "none").string() + ": No such file or directory");

  Pipeline other = pipeline;
  other.resolved = "name: rods\n";
  CHECK(failure_of([&] { resume(other, options); }) == refusal("its pipeline has 'name: bars' then, 'name: rods' now"));
  other = pipeline;
  other.seed = 9;
  CHECK(failure_of([&] { resume(other, options); }) == refusal("seed: '3' then, '9' now"));
  other = pipeline;
  other.device = device("onednn");
  CHECK(failure_of([&] { resume(other, options); }) ==
        refusal("device: '" + pipeline.device->describe() + "' then, '" + other.device->describe() + "' now"));
  other = pipeline;
  other.resolved = "# other comments\nname: bars";
  resume(other, options);
}

TEST_CASE("training: resuming on other data is refused") {
  const BarsFolder folder;
  const RunOptions options = options_of(folder / "run");
  CHECK(run_until(bars_pipeline(folder.data()), options, 3, true) == kInterrupted);
  write_bars(folder.data(), 244, 80);
  const std::string message = failure_of([&] { resume(bars_pipeline(folder.data()), options); });
  CHECK(message.starts_with("3: " + options.folder.string() + " was begun otherwise: data fingerprint: '"));
}

TEST_CASE("training: a damaged checkpoint is refused, whichever byte it is") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const RunOptions options = options_of(folder / "run");
  CHECK(run_until(pipeline, options, 12, true) == kInterrupted);
  const std::filesystem::path file = folder / "run/checkpoints/latest";
  const std::vector<std::byte> whole = read_file(file);
  const std::string begin = "6: checkpoint " + file.string() + ": ";
  for (std::size_t i = 0; i < whole.size(); i += 97) {
    std::vector<std::byte> flipped = whole;
    flipped[i] ^= std::byte{2};
    write_atomically(file, flipped);
    const std::string failure = run_until(pipeline, options, 1, false);
    CHECK_MESSAGE(failure.starts_with(begin), "byte " << i << ": " << failure);
  }
  write_atomically(file, std::span(whole).first(whole.size() - 1));
  CHECK(run_until(pipeline, options, 1, false).starts_with(begin));
  write_atomically(file, whole);
  CHECK(run_until(pipeline, options, 1, false) == kInterrupted);
}

TEST_CASE("training: metrics beyond the checkpoint are cut, missing ones are noticed") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const RunOptions options = options_of(folder / "run");
  CHECK(run_until(pipeline, options, 20, true) == kInterrupted);
  const std::filesystem::path metrics = folder / "run/metrics.jsonl";
  const std::string lines = read_text(metrics);
  write_atomically(metrics, lines + "{\"torn");
  resume(pipeline, options);
  CHECK(read_text(metrics).starts_with(lines + "{\"module\":\"features\",\"epoch\":3,"));

  const RunOptions second = options_of(folder / "second");
  CHECK(run_until(pipeline, second, 20, true) == kInterrupted);
  write_atomically(folder / "second/metrics.jsonl", lines.substr(1));
  CHECK(failure_of([&] { resume(pipeline, second); }) ==
        "6: " + (folder / "second/metrics.jsonl").string() + ": it has " + std::to_string(lines.size() - 1) +
            " bytes, the checkpoint says " + std::to_string(lines.size()) + ": it was cut or replaced");
}

TEST_CASE("training: a convolutional run on a device with threads is resumed to the same bytes") {
  const BarsFolder folder(16);
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.device = device("onednn");
  pipeline.data.augment = {2, Augmentation::Flip::random};
  pipeline.stack[0].backbone = component<Backbone>(GRAMSTACK_BACKBONE, "resnet", {{"width", "4"}});
  pipeline.stack[0].kernel = component<Kernel>(GRAMSTACK_KERNEL, "relu-pool", {{"window", "0"}});
  pipeline.stack[0].schedule.epochs = 2;
  pipeline.stack[1].schedule.epochs = 1;
  run(pipeline, options_of(folder / "whole"));
  for (const std::int64_t stop : {5, 9, 18, 20}) {
    const RunOptions options = options_of(folder / ("stop" + std::to_string(stop)));
    CHECK(run_until(pipeline, options, stop, true) == kInterrupted);
    resume(pipeline, options);
    CHECK(outcome_of(options.folder) == outcome_of(folder / "whole"));
  }
}
