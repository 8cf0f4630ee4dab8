// Times of the CPU kernels alone, at the shapes of a CIFAR ResNet-18 and of small networks with batches of 128. The
// counter is operations done (not those of the definition), to be held against the peak, "peak" below: a register
// spill in an inner loop shows as half of it.
//   build/bin/kernel_bench --benchmark_filter=forward
#include <benchmark/benchmark.h>
#include <omp.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "matrix.h"
#include "peak_loop.h"
#include "winograd.h"

namespace {

using benchmark::State;
using gramstack::winograd::Pass;
using gramstack::winograd::Problem;

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

void peak(State& state) {
  constexpr std::int64_t kRounds = 100000;
  for ([[maybe_unused]] auto _ : state) gramstack::multiply_and_add(kRounds);
  count_operations(state, static_cast<double>(kRounds * gramstack::kOperationsOfARound));
}
BENCHMARK(peak)->Threads(omp_get_num_procs())->UseRealTime();

Problem problem_of(const State& state) {
  return {128, state.range(0), state.range(1), state.range(2), state.range(2), state.range(3)};
}

/// Multiplications and additions at the points of all tiles: 36 for stride 1, 81 for stride 2.
double operations(const Problem& p) {
  const std::int64_t tiles = (p.output_height() + 3) / 4 * ((p.output_width() + 3) / 4);
  return 2.0 * static_cast<double>(p.images * tiles * p.inputs * p.outputs * (p.stride == 1 ? 36 : 81));
}

void winograd(State& state, Pass pass) {
  const Problem p = problem_of(state);
  const int threads = omp_get_max_threads();
  const std::size_t in = static_cast<std::size_t>(p.images * p.inputs * p.height * p.width);
  const std::size_t out = static_cast<std::size_t>(p.images * p.outputs * p.output_height() * p.output_width());
  const Floats x = floats(in, 1), y = floats(out, 1), w = floats(static_cast<std::size_t>(p.inputs * p.outputs * 9), 1);
  const Floats transformed = floats(weight_size(p), 1), scratch = floats(workspace_size(p, pass, threads), 0);
  for ([[maybe_unused]] auto _ : state) {
    if (pass == Pass::forward) forward(p, x.get(), transformed.get(), y.get(), scratch.get(), threads);
    if (pass == Pass::data_gradient) data_gradient(p, y.get(), transformed.get(), x.get(), scratch.get(), threads);
    if (pass == Pass::weight_gradient) weight_gradient(p, x.get(), y.get(), w.get(), scratch.get(), threads);
  }
  count_operations(state, operations(p));
}

void winograd_weights(State& state, Pass pass) {
  const Problem p = problem_of(state);
  const Floats w = floats(static_cast<std::size_t>(p.inputs * p.outputs * 9), 1),
               transformed = floats(weight_size(p), 1);
  for ([[maybe_unused]] auto _ : state) transform_weights(p, pass, w.get(), transformed.get(), omp_get_max_threads());
}

void matrix(State& state, bool transpose_a, bool transpose_b) {
  const std::int64_t m = state.range(0), n = state.range(1), k = state.range(2);
  const Floats a = floats(static_cast<std::size_t>(m * k), 1), b = floats(static_cast<std::size_t>(n * k), 1);
  const gramstack::matrix::Product product{
      m, n, k, {a.get(), transpose_a ? m : k, transpose_a}, {b.get(), transpose_b ? k : n, transpose_b}, nullptr};
  const int threads = omp_get_max_threads();
  const Floats c = floats(static_cast<std::size_t>(m * n), 0), scratch = floats(workspace_size(product, threads), 0);
  for ([[maybe_unused]] auto _ : state) multiply(product, c.get(), n, scratch.get(), threads);
  count_operations(state, 2.0 * static_cast<double>(m * n * k));
}

void matrix_shapes(benchmark::internal::Benchmark* all, std::vector<std::vector<std::int64_t>> shapes) {
  for (const std::vector<std::int64_t>& shape : shapes) all->Args(shape);
  all->ArgNames({"m", "n", "k"})->Unit(benchmark::kMicrosecond)->UseRealTime()->MeasureProcessCPUTime();
}

/// Linear layers 784-512-512-10 of a batch of 128: outputs, gradients of inputs, gradients of weights.
void layers_forward(benchmark::internal::Benchmark* all) {
  matrix_shapes(all, {{128, 512, 784}, {128, 512, 512}, {128, 10, 512}, {1024, 1024, 1024}});
}
void layers_data(benchmark::internal::Benchmark* all) { matrix_shapes(all, {{128, 512, 512}, {128, 512, 10}}); }
void layers_weights(benchmark::internal::Benchmark* all) {
  matrix_shapes(all, {{512, 784, 128}, {512, 512, 128}, {10, 512, 128}});
}
BENCHMARK_CAPTURE(matrix, forward, false, true)->Apply(layers_forward);
BENCHMARK_CAPTURE(matrix, data_gradient, false, false)->Apply(layers_data);
BENCHMARK_CAPTURE(matrix, weight_gradient, true, false)->Apply(layers_weights);

void resnet_shapes(benchmark::internal::Benchmark* all) {
  for (std::int64_t width = 64, size = 32; width <= 512; width *= 2, size /= 2) {
    all->Args({width, width, size, 1});
    if (size > 4) all->Args({width, 2 * width, size, 2});
  }
  all->ArgNames({"inputs", "outputs", "size", "stride"})->Unit(benchmark::kMillisecond)->UseRealTime();
  all->MeasureProcessCPUTime();
}

BENCHMARK_CAPTURE(winograd, forward, Pass::forward)->Apply(resnet_shapes);
BENCHMARK_CAPTURE(winograd, data_gradient, Pass::data_gradient)->Apply(resnet_shapes);
BENCHMARK_CAPTURE(winograd, weight_gradient, Pass::weight_gradient)->Apply(resnet_shapes);
BENCHMARK_CAPTURE(winograd_weights, forward, Pass::forward)->Apply(resnet_shapes);
BENCHMARK_CAPTURE(winograd_weights, data_gradient, Pass::data_gradient)->Apply(resnet_shapes);

}  // namespace

BENCHMARK_MAIN();
