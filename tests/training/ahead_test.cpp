// Devices that keep the examples and work ahead of the host train to the same bytes as those that do neither.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "fixture.h"
#include "support/evaluate.h"
#include "training/parameters.h"
#include "training/prepare.h"
#include "training/step_runner.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

constexpr std::int64_t kAhead = 4;

using Log = std::vector<std::string>;

struct HostTable final : Table {
  explicit HostTable(std::size_t size) : bytes(size) {}
  void write(std::size_t begin, std::span<const std::byte> part) override {
    std::copy(part.begin(), part.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  std::vector<std::byte> bytes;
};

/// A plan of the reference device. What is read later is there after wait(), and not before.
class AheadPlan final : public Plan {
 public:
  AheadPlan(std::unique_ptr<Plan> plan, const Graph& graph, const CompileOptions& options, Log& log)
      : plan_(std::move(plan)), graph_(graph), log_(log) {
    for (const auto& [name, table] : options.tables) plan_->write(name, static_cast<const HostTable&>(*table).bytes);
    owner_ = const_cast<AheadPlan*>(static_cast<const AheadPlan*>(options.parameters_of));
  }

  void write(std::string_view name, std::span<const std::byte> bytes) override {
    if (graph_.find_parameter(name)) wait();
    note("write " + std::string(name));
    plan_->write(name, bytes);
  }
  void read(std::string_view name, std::span<std::byte> bytes) const override {
    const_cast<AheadPlan&>(*this).wait();
    note("read " + std::string(name));
    plan_->read(name, bytes);
  }
  void read_later(std::string_view name, std::span<std::byte> bytes) override {
    note("later " + std::string(name));
    Later& later = later_.emplace_back(Later{std::vector<std::byte>(bytes.size()), bytes});
    CHECK(later_.size() <= kAhead);
    plan_->read(name, later.value);
  }
  void wait() override {
    note("wait");
    for (const Later& later : later_) std::copy(later.value.begin(), later.value.end(), later.to.begin());
    later_.clear();
  }
  void run() override {
    note("run");
    if (owner_) write_parameters(*plan_, graph_, read_parameters(*owner_->plan_, graph_));
    plan_->run();
    if (owner_) write_parameters(*owner_->plan_, graph_, read_parameters(*plan_, graph_));
  }
  MemoryReport memory() const override { return plan_->memory(); }
  bool shares_parameters() const override { return owner_ != nullptr; }

 private:
  struct Later {
    std::vector<std::byte> value;
    std::span<std::byte> to;
  };
  void note(std::string what) const { log_.push_back(std::move(what)); }

  std::unique_ptr<Plan> plan_;
  Graph graph_;
  Log& log_;
  AheadPlan* owner_ = nullptr;
  std::vector<Later> later_;
};

class AheadDevice final : public Device {
 public:
  explicit AheadDevice(std::size_t memory = std::numeric_limits<std::size_t>::max()) : memory_(memory) {}
  std::string describe() const override { return inner_->describe(); }
  std::string declines(const Graph& graph, const Node& node) const override { return inner_->declines(graph, node); }
  std::unique_ptr<Plan> compile(const Graph& graph, const CompileOptions& options) override {
    if (!options.tables.empty() && too_little_for_tables) throw Error(ExitCode::resource, "too little memory");
    return std::make_unique<AheadPlan>(inner_->compile(graph), graph, options, log);
  }
  bool keeps(const TensorType& rows) const override { return rows.bytes() <= memory_; }
  std::shared_ptr<Table> make_table(const TensorType& rows) override {
    ++tables;
    return std::make_shared<HostTable>(rows.bytes());
  }
  std::int64_t steps_ahead() const override { return kAhead; }

  Log log;
  int tables = 0;
  bool too_little_for_tables = false;

 private:
  std::shared_ptr<Device> inner_ = device("reference");
  std::size_t memory_;
};

Outcome trained(Pipeline pipeline, const std::filesystem::path& folder, std::shared_ptr<Device> on, bool whole) {
  pipeline.device = std::move(on);
  RunOptions options = options_of(folder);
  options.end_to_end = whole;
  run(pipeline, options);
  Outcome outcome = outcome_of(folder);
  outcome.report.clear();  // it tells of memory
  return outcome;
}

Log without(Log log, const std::string& beginning) {
  std::erase_if(log, [&](const std::string& line) { return line.starts_with(beginning); });
  return log;
}

}  // namespace

TEST_CASE("training: a device that keeps the examples and works ahead trains to the same bytes") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  for (const bool whole : {false, true})
    for (const bool augmented : {false, true}) {
      CAPTURE(whole);
      CAPTURE(augmented);
      if (augmented) pipeline.data.augment = {1, Augmentation::Flip::random};
      const std::string name = std::string(whole ? "whole" : "modules") + (augmented ? "-augmented" : "");
      const std::shared_ptr<AheadDevice> ahead = std::make_shared<AheadDevice>();
      const Outcome got = trained(pipeline, folder / (name + "-ahead"), ahead, whole);
      CHECK(got == trained(pipeline, folder / name, device("reference"), whole));
      CHECK(ahead->tables >= (whole ? 1 : 2));
    }
}

TEST_CASE("training: examples that do not fit into the device's memory are copied batch by batch") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const Outcome want = trained(pipeline, folder / "reference", device("reference"), false);
  const std::shared_ptr<AheadDevice> small = std::make_shared<AheadDevice>(100);
  CHECK(trained(pipeline, folder / "small", small, false) == want);
  CHECK(small->tables == 0);
  const std::shared_ptr<AheadDevice> full = std::make_shared<AheadDevice>();
  full->too_little_for_tables = true;  // for a step beside them
  CHECK(trained(pipeline, folder / "full", full, false) == want);
  CHECK(full->tables > 0);
}

TEST_CASE("training: within an epoch a step sends numbers of rows and waits every few steps only") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  const std::shared_ptr<AheadDevice> ahead = std::make_shared<AheadDevice>();
  pipeline.device = ahead;
  pipeline.data.augment = {1, Augmentation::Flip::random};
  const Preparation prepared = prepare(pipeline, false, 0);
  const Segment& output = prepared.segments[1];
  StepRunner runner(prepared.network, output, Feed(prepared.network, training_examples(prepared, output), true), 216);
  REQUIRE(runner.steps() == 5);  // the last batch is smaller
  ahead->log.clear();
  std::vector<std::size_t> done;
  for (std::int64_t step = 0; step < 5; ++step) done.push_back(runner.run(0, step).size());
  done.push_back(runner.finish().size());
  CHECK(done == std::vector<std::size_t>{0, 0, 0, 4, 0, 1});
  const Log step = {"write rows", "write labels", "write offsets", "write learning_rate",
                    "write step", "run",          "later loss"};
  Log want;
  for (int i = 0; i < 5; ++i) {
    want.insert(want.end(), step.begin(), step.end());
    if (i >= 3) want.insert(want.end(), {"wait", "wait"});  // both plans
  }
  CHECK(ahead->log == want);
}

TEST_CASE("training: a loss that is not finite ends the run within the steps under way and names its step") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", "1e38"}});
  const std::string want = failure_of([&] { run(pipeline, options_of(folder / "reference")); });
  CHECK(want.starts_with("7: module 'features': the loss is nan at epoch 1, step "));
  const std::shared_ptr<AheadDevice> ahead = std::make_shared<AheadDevice>();
  pipeline.device = ahead;
  CHECK(failure_of([&] { run(pipeline, options_of(folder / "ahead")); }) == want);
  const Log runs = without(without(without(ahead->log, "w"), "later"), "read");
  CHECK(runs.size() <= 2 * kAhead);
}

TEST_CASE("training: an interrupted run on a device that works ahead goes on to the same bytes") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.device = std::make_shared<AheadDevice>();
  run(pipeline, options_of(folder / "whole"));
  CHECK(run_until(pipeline, options_of(folder / "parts"), 2, true).starts_with("130: "));
  resume(pipeline, options_of(folder / "parts"));
  CHECK(outcome_of(folder / "parts").hashes == outcome_of(folder / "whole").hashes);
  CHECK(outcome_of(folder / "parts").metrics == outcome_of(folder / "whole").metrics);
}

TEST_CASE("training: the memory of a step counts the table of examples") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  for (const bool keeps : {true, false}) {
    pipeline.device = std::make_shared<AheadDevice>(keeps ? 1 << 20 : 0);
    const Preparation preparation = prepare(pipeline, false, 1 << 20);
    const Examples examples = training_examples(preparation, {0, 0});
    StepRunner runner(preparation.network, {0, 0}, Feed(preparation.network, examples), examples.size());
    const std::size_t images = 216 * 8 * 8;
    CHECK(runner.memory() == runner.plan().memory().total() + (keeps ? images : 0));
  }
}
