// What the device asks of the driver, with a fake one: all calls of an epoch, and faults of the GPU.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "api/builder.h"
#include "cuda/plan.h"
#include "cuda/table.h"
#include "cuda/transfers.h"
#include "fake_driver.h"
#include "training/fixture.h"
#include "training/prepare.h"
#include "training/step_runner.h"

namespace gramstack::cudnn {
namespace {

using test::fake_driver;
using Calls = std::vector<std::string>;

class FakeGpuDevice final : public Device {
 public:
  std::string describe() const override { return "a fake GPU"; }
  std::string declines(const Graph& graph, const Node& node) const override { return cudnn::declines(graph, node); }
  std::unique_ptr<Plan> compile(const Graph& graph, const CompileOptions& options) override {
    return make_plan(cudnn::compile(graph, {}, options), gpu_, false, options);
  }
  bool keeps(const TensorType& rows) const override { return has_room && cudnn::keeps(*gpu_, rows); }
  std::shared_ptr<Table> make_table(const TensorType& rows) override { return std::make_shared<GpuTable>(gpu_, rows); }
  std::int64_t steps_ahead() const override { return kStepsAhead; }

  bool has_room = true;

 private:
  std::shared_ptr<Gpu> gpu_ = std::make_shared<Gpu>(0);
};

/// A new driver and a folder of its own for compiled kernels.
struct Fresh {
  Fresh() {
    fake_driver() = {};
    setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  }
  ~Fresh() { fake_driver() = {}; }
  const test::ScratchFolder folder;
};

Calls repeated(const Calls& calls, int times) {
  Calls all;
  for (int i = 0; i < times; ++i) all.insert(all.end(), calls.begin(), calls.end());
  return all;
}

Calls joined(std::initializer_list<Calls> parts) {
  Calls all;
  for (const Calls& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The calls of the steps of an epoch of the output module, whose last batch is smaller.
Calls calls_of_an_epoch(const Pipeline& pipeline) {
  const Preparation prepared = prepare(pipeline, false, 0);
  const Segment& output = prepared.segments[1];
  StepRunner runner(prepared.network, output, Feed(prepared.network, training_examples(prepared, output), true), 1000);
  REQUIRE(runner.steps() == 20);  // four passes over five batches: 50, 50, 50, 50, 16
  fake_driver().calls.clear();
  for (std::int64_t step = 0; step < runner.steps(); ++step) runner.run(0, step);
  runner.finish();
  return fake_driver().calls;
}

TEST_CASE("cudnn driver: an epoch copies row numbers, labels, offsets and two numbers a step, and waits for losses") {
  const Fresh fresh;
  const test::BarsFolder data;
  Pipeline pipeline = test::bars_pipeline(data.data());
  pipeline.data.augment = {1, Augmentation::Flip::random};
  pipeline.device = std::make_shared<FakeGpuDevice>();
  // 4 bytes a row number and a label, 12 the offsets of an image; the learning rate, the number of the step; the loss.
  const Calls large = {"copy 200 to", "copy 200 to",      "copy 600 to", "copy 4 to",
                       "copy 4 to",   "launch the graph", "copy 4 from"};
  const Calls small = {"copy 64 to", "copy 64 to",       "copy 192 to", "copy 4 to",
                       "copy 4 to",  "launch the graph", "copy 4 from"};
  const Calls pass = joined({repeated(large, 4), small}), wait = {"wait", "wait"};
  CHECK(calls_of_an_epoch(pipeline) == joined({repeated(pass, 3), large, wait, repeated(large, 3), small, wait}));
}

TEST_CASE("cudnn driver: examples that the GPU does not keep are copied in the same order, without more waiting") {
  const Fresh fresh;
  const test::BarsFolder data;
  Pipeline pipeline = test::bars_pipeline(data.data());
  const std::shared_ptr<FakeGpuDevice> device = std::make_shared<FakeGpuDevice>();
  device->has_room = false;
  pipeline.device = device;
  pipeline.data.augment = {1, Augmentation::Flip::random};
  const Calls calls = calls_of_an_epoch(pipeline);
  CHECK(calls.size() == 20 * 7 + 4);
  CHECK(calls[0] == "copy 3200 to");  // 50 images of 64 pixels
  CHECK(std::count(calls.begin(), calls.end(), "wait") == 4);
}

TEST_CASE("cudnn driver: the GPU keeps examples that leave half of its memory free") {
  const Fresh fresh;
  const Gpu gpu(0);
  fake_driver().memory = 200'000;
  CHECK(keeps(gpu, {DataType::u8, {100'000}}));
  CHECK_FALSE(keeps(gpu, {DataType::u8, {100'001}}));
  CHECK_FALSE(keeps(gpu, {DataType::f32, {100, 1000}}));
  fake_driver().memory = std::size_t{1} << 40;
  CHECK(keeps(gpu, {DataType::f32, {1 << 20, 1 << 10}}));
  CHECK_FALSE(keeps(gpu, {DataType::u8, {(1 << 20) + 1, 1 << 10}}));  // kernels count elements by 31 bits
  CHECK_FALSE(keeps(gpu, {DataType::f64, {10}}));
}

/// y = tanh(x w), x of so many rows; the sum of y is added to w.
Graph small_step(std::int64_t rows) {
  Graph graph;
  Builder b(graph, Mode::training);
  const Value x = b.input("x", {DataType::f32, {rows, 1024}});
  const Builder::Scope scope = b.scope("layer");
  const Value w = b.weight("w", {1024}, Initializer::constant(0));
  const Value y = b.tanh(b.multiply(x, w));
  b.update(w, b.add(w, b.sum(y, {0})));
  graph.add_output("y", y);
  return graph;
}

std::string failure(const std::function<void()>& action) { return test::failure_of(action); }

TEST_CASE("cudnn driver: a plan takes its memory once, tries every launch and records them as one graph") {
  const Fresh fresh;
  FakeGpuDevice device;
  const std::unique_ptr<Plan> plan = device.compile(small_step(1000), {});
  const auto count = [](const std::string& beginning) {
    const Calls& calls = fake_driver().calls;
    return std::count_if(calls.begin(), calls.end(), [&](const std::string& c) { return c.starts_with(beginning); });
  };
  CHECK(count("allocate ") == 4);  // arena, inputs and parameters, workspace; pinned memory
  CHECK(count("record: elementwise") >= 2);
  CHECK(count("make the graph") == 1);
  CHECK(fake_driver().calls.back() == "wait");
  const std::vector<float> x(1000 * 1024, 1.0f);
  std::vector<float> w(1024, 2.0f), read(1024);
  plan->write("x", std::as_bytes(std::span(x)));
  plan->write("layer/w", std::as_bytes(std::span(w)));
  fake_driver().calls.clear();
  for (int i = 0; i < 100; ++i) plan->run();
  CHECK(fake_driver().calls == repeated({"launch the graph"}, 100));
  plan->read("layer/w", std::as_writable_bytes(std::span(read)));
  CHECK(read == w);
}

TEST_CASE("cudnn driver: out of memory ends with code 9 and names the tensor, sizes and a batch that fits") {
  const Fresh fresh;
  FakeGpuDevice device;
  fake_driver().memory = 6'000'000;
  CHECK(failure([&] { device.compile(small_step(1000), {}); }) ==
        "9: device cudnn: the GPU has too little memory: the step needs 7.9 MiB (3.9 MiB of parameters and inputs, "
        "3.9 MiB of activations, 0.0 MiB of workspace), and 5.7 MiB are free\n"
        "  the largest tensor is that of \"x\", f32[1000,1024], with 3.9 MiB\n"
        "  try batch: 448");
  CHECK(fake_driver().used == 0);
  CHECK(failure([&] {
          device.make_table({DataType::u8, {10'000, 3, 32, 32}});
        }) == "9: device cudnn: the GPU has too little memory for the examples, u8[10000,3,32,32] with 29.3 MiB");
}

TEST_CASE("cudnn driver: a kernel that fails when it is tried is named and ends with code 8") {
  const Fresh fresh;
  FakeGpuDevice device;
  fake_driver().launches_until_failure = 1;
  CHECK(failure([&] { device.compile(small_step(1000), {}); }) ==
        "8: device cudnn: launch \"elementwise layer\" failed: unspecified launch failure (cudaErrorLaunchFailure)");
}

TEST_CASE("cudnn driver: a kernel that fails while it trains ends with code 8") {
  const Fresh fresh;
  FakeGpuDevice device;
  const std::unique_ptr<Plan> plan = device.compile(small_step(1000), {});
  plan->run();
  fake_driver().failed = true;
  CHECK(failure([&] { plan->wait(); }) ==
        "8: device cudnn: a step failed: unspecified launch failure (cudaErrorLaunchFailure)");
}

TEST_CASE("cudnn driver: a driver that is too old ends with code 8") {
  const Fresh fresh;
  fake_driver().version = 11080;
  CHECK(failure([&] { Gpu gpu(0); })
            .starts_with("8: the NVIDIA driver is too old: it supports CUDA 11.8\n  it needs an NVIDIA GPU of compute "
                         "capability 8.0 or "
                         "newer and a driver that supports CUDA "));
}

}  // namespace
}  // namespace gramstack::cudnn
