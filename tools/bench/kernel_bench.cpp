// Times of the CPU kernels alone, at the shapes of a CIFAR ResNet-18 and of small networks with batches of 128. The
// counter is operations done (not those of the definition), to be held against "peak": a register spill in an inner
// loop shows as half of it. Every instruction set that the processor has is timed.
//   build/bin/kernel_bench --benchmark_filter=avx2/winograd/forward
#include <benchmark/benchmark.h>
#include <omp.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wide.h"

namespace {

using benchmark::State;
using gramstack::wide::Kernels;
using gramstack::wide::Pass;
using gramstack::wide::Problem;

struct Free {
  void operator()(float* memory) const { std::free(memory); }
};
using Floats = std::unique_ptr<float[], Free>;

Floats floats(std::size_t count, float value) {
  constexpr std::size_t kPage = std::size_t{2} << 20;
  const std::size_t bytes = (count * sizeof(float) + kPage - 1) / kPage * kPage;
  Floats made(static_cast<float*>(std::aligned_alloc(kPage, bytes)));
  madvise(made.get(), bytes, MADV_HUGEPAGE);
  std::fill_n(made.get(), count, value);
  return made;
}

void count_operations(State& state, double operations) {
  state.counters["GFLOP/s"] = benchmark::Counter(operations * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void peak(State& state, const Kernels& kernels) {
  constexpr std::int64_t kRounds = 100000;
  for ([[maybe_unused]] auto _ : state) {
#pragma omp parallel
    kernels.multiply_and_add(kRounds);
  }
  count_operations(state, static_cast<double>(kRounds * kernels.operations_of_a_round * omp_get_max_threads()));
}

Problem problem_of(const State& state) {
  return {128, state.range(0), state.range(1), state.range(2), state.range(2), state.range(3)};
}

/// Multiplications and additions at the points of all tiles: 36 for stride 1, 81 for stride 2.
double operations(const Problem& p) {
  const std::int64_t tiles = (p.output_height() + 3) / 4 * ((p.output_width() + 3) / 4);
  return 2.0 * static_cast<double>(p.images * tiles * p.inputs * p.outputs * (p.stride == 1 ? 36 : 81));
}

void winograd(State& state, const Kernels& all, Pass pass) {
  const gramstack::winograd::Kernels& kernels = all.winograd;
  const Problem p = problem_of(state);
  const int threads = omp_get_max_threads();
  const std::size_t in = static_cast<std::size_t>(p.images * p.inputs * p.height * p.width);
  const std::size_t out = static_cast<std::size_t>(p.images * p.outputs * p.output_height() * p.output_width());
  const Floats x = floats(in, 1), y = floats(out, 1), w = floats(static_cast<std::size_t>(p.inputs * p.outputs * 9), 1);
  const Floats scratch = floats(kernels.workspace_size(p, pass, threads), 0);
  for ([[maybe_unused]] auto _ : state) {
    if (pass == Pass::forward) kernels.forward(p, x.get(), w.get(), y.get(), scratch.get(), threads, {}, {});
    if (pass == Pass::data_gradient) kernels.data_gradient(p, y.get(), w.get(), x.get(), scratch.get(), threads);
    if (pass == Pass::weight_gradient)
      kernels.weight_gradient(p, x.get(), y.get(), w.get(), scratch.get(), threads, {});
  }
  count_operations(state, operations(p));
}

void pointwise(State& state, const Kernels& all, Pass pass) {
  const gramstack::pointwise::Kernels& kernels = all.pointwise;
  const Problem p = problem_of(state);
  const int threads = omp_get_max_threads();
  const std::int64_t pixels = p.images * p.output_height() * p.output_width();
  const Floats x = floats(static_cast<std::size_t>(p.images * p.inputs * p.height * p.width), 1),
               y = floats(static_cast<std::size_t>(p.outputs * pixels), 1),
               w = floats(static_cast<std::size_t>(p.inputs * p.outputs), 1),
               scratch = floats(kernels.workspace_size(p, pass, threads), 0);
  for ([[maybe_unused]] auto _ : state) {
    if (pass == Pass::forward) kernels.forward(p, x.get(), w.get(), y.get(), scratch.get(), threads);
    if (pass == Pass::data_gradient) kernels.data_gradient(p, y.get(), w.get(), x.get(), scratch.get(), threads);
    if (pass == Pass::weight_gradient) kernels.weight_gradient(p, x.get(), y.get(), w.get(), scratch.get(), threads);
  }
  count_operations(state, 2.0 * static_cast<double>(pixels * p.inputs * p.outputs));
}

void matrix(State& state, const Kernels& all, bool transpose_a, bool transpose_b) {
  const std::int64_t m = state.range(0), n = state.range(1), k = state.range(2);
  const Floats a = floats(static_cast<std::size_t>(m * k), 1), b = floats(static_cast<std::size_t>(n * k), 1);
  const gramstack::matrix::Product product{
      m, n, k, {a.get(), transpose_a ? m : k, transpose_a}, {b.get(), transpose_b ? k : n, transpose_b}, nullptr};
  const int threads = omp_get_max_threads();
  const Floats c = floats(static_cast<std::size_t>(m * n), 0),
               scratch = floats(all.matrix.workspace_size(product, threads), 0);
  for ([[maybe_unused]] auto _ : state) all.matrix.multiply(product, c.get(), n, scratch.get(), threads);
  count_operations(state, 2.0 * static_cast<double>(m * n * k));
}

/// LeNet-5's convolutions, windows of 5x5: image by image, as many at a time as there are threads.
struct FewChannels {
  static constexpr std::int64_t kImages = 128, kWindow = 5, kTaps = kWindow * kWindow;
  std::int64_t channels, filters, source, pixels;  ///< floats of a source; pixels of an output
  int blocks;
  gramstack::few_channels::Image image;

  FewChannels(std::int64_t inputs, std::int64_t outputs, std::int64_t size)
      : channels(inputs), filters(outputs), blocks(static_cast<int>((outputs + 7) / 8)) {
    image.pixel = inputs == 1 ? 1 : 8;
    image.channels = inputs;
    image.size = kWindow;
    image.pitch = size * image.pixel;
    image.plane = size * image.pitch;
    image.out_height = image.out_width = size - kWindow + 1;
    source = image.plane;
    pixels = image.out_height * image.out_width;
  }

  void run(const gramstack::few_channels::Kernels& kernels, Pass pass, float* x, float* y, float* weights,
           const float* bias) const {
    const std::int64_t block = pixels * 8;
    if (pass == Pass::forward) kernels.forward(image, x, weights, bias, {y, blocks, block});
    if (pass == Pass::weight_gradient)
      kernels.weight_gradient(image, x, {y, blocks, block}, weights, channels * kTaps * 8);
    for (std::int64_t row = 0; pass == Pass::data_gradient && row < source / image.pitch; row += 2)
      kernels.data_gradient(image, y, block, filters, weights, {row, 2}, x + row * image.pitch);
  }
};

void few_channels(State& state, const Kernels& all, Pass pass) {
  const FewChannels task(state.range(0), state.range(1), state.range(2));
  const std::int64_t outputs = task.pixels * task.blocks * 8, weights = 16 * FewChannels::kTaps * 8;
  const Floats x = floats(static_cast<std::size_t>(FewChannels::kImages * task.source), 1),
               y = floats(static_cast<std::size_t>(FewChannels::kImages * outputs), 1),
               w = floats(static_cast<std::size_t>(weights * omp_get_max_threads()), 1), bias = floats(16, 1);
  for ([[maybe_unused]] auto _ : state)
#pragma omp parallel for
    for (std::int64_t n = 0; n < FewChannels::kImages; ++n)
      task.run(all.few_channels, pass, x.get() + n * task.source, y.get() + n * outputs,
               w.get() + omp_get_thread_num() * weights, bias.get());
  const std::int64_t across = pass == Pass::data_gradient ? task.filters * 8 : task.channels * task.blocks * 8;
  count_operations(state, 2.0 * static_cast<double>(FewChannels::kImages * task.pixels * FewChannels::kTaps * across));
}

using Shapes = std::vector<std::vector<std::int64_t>>;

constexpr std::pair<const char*, Pass> kPasses[] = {
    {"forward", Pass::forward}, {"data_gradient", Pass::data_gradient}, {"weight_gradient", Pass::weight_gradient}};
const std::vector<std::string> kConvolutionNames = {"inputs", "outputs", "size", "stride"};

void of_shapes(benchmark::internal::Benchmark* made, const std::vector<std::string>& names, const Shapes& shapes) {
  for (const std::vector<std::int64_t>& shape : shapes) made->Args(shape);
  made->ArgNames(names)->Unit(benchmark::kMicrosecond)->UseRealTime()->MeasureProcessCPUTime();
}

Shapes resnet_shapes() {
  Shapes shapes;
  for (std::int64_t width = 64, size = 32; width <= 512; width *= 2, size /= 2) {
    shapes.push_back({width, width, size, 1});
    if (size > 4) shapes.push_back({width, 2 * width, size, 2});
  }
  return shapes;
}

void add_convolutions(const Kernels& kernels, const std::string& set) {
  for (const auto& [name, pass] : kPasses)
    of_shapes(benchmark::RegisterBenchmark((set + "/winograd/" + name).c_str(),
                                           [&kernels, pass = pass](State& s) { winograd(s, kernels, pass); }),
              kConvolutionNames, resnet_shapes());
}

/// The shortcuts of a ResNet-18, and convolutions of a ResNet-50's blocks.
void add_pointwise(const Kernels& kernels, const std::string& set) {
  const Shapes shapes = {{64, 128, 32, 2}, {128, 256, 16, 2}, {256, 512, 8, 2},  {64, 256, 32, 1},
                         {256, 64, 32, 1}, {256, 1024, 8, 1}, {1024, 256, 8, 1}, {2048, 512, 4, 1}};
  for (const auto& [name, pass] : kPasses)
    of_shapes(benchmark::RegisterBenchmark((set + "/pointwise/" + name).c_str(),
                                           [&kernels, pass = pass](State& s) { pointwise(s, kernels, pass); }),
              kConvolutionNames, shapes);
}

void add_few_channels(const Kernels& kernels, const std::string& set) {
  for (const auto& [name, pass] : kPasses)
    of_shapes(benchmark::RegisterBenchmark((set + "/few_channels/" + name).c_str(),
                                           [&kernels, pass = pass](State& s) { few_channels(s, kernels, pass); }),
              {"inputs", "outputs", "size"},
              pass == Pass::data_gradient ? Shapes{{6, 16, 14}} : Shapes{{1, 6, 32}, {6, 16, 14}});
}

/// Linear layers 784-512-512-10 of a batch of 128: outputs, gradients of inputs, gradients of weights.
void add_products(const Kernels& kernels, const std::string& set) {
  const auto add = [&](const char* name, bool ta, bool tb, const Shapes& shapes) {
    of_shapes(benchmark::RegisterBenchmark((set + "/matrix/" + name).c_str(),
                                           [&kernels, ta, tb](State& s) { matrix(s, kernels, ta, tb); }),
              {"m", "n", "k"}, shapes);
  };
  add("forward", false, true, {{128, 512, 784}, {128, 512, 512}, {128, 10, 512}, {1024, 1024, 1024}});
  add("data_gradient", false, false, {{128, 512, 512}, {128, 512, 10}});
  add("weight_gradient", true, false, {{512, 784, 128}, {512, 512, 128}, {10, 512, 128}});
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const Kernels* kernels : gramstack::wide::available()) {
    const std::string set = kernels->instruction_set;
    benchmark::RegisterBenchmark((set + "/peak").c_str(), [kernels](State& s) { peak(s, *kernels); })->UseRealTime();
    add_products(*kernels, set);
    add_convolutions(*kernels, set);
    add_pointwise(*kernels, set);
    add_few_channels(*kernels, set);
  }
  benchmark::RunSpecifiedBenchmarks();
}
