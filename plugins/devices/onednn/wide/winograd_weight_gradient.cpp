#include <omp.h>

#include "gemm.h"
#include "kernels.h"
#include "winograd_filters.h"
#include "winograd_tiles.h"

namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET {
namespace {

constexpr std::int64_t kTiles = 128;  // summed at a time: both factors of a product fit in the first-level cache
constexpr std::int64_t kParts = (16 + kMostRows - 1) / kMostRows;  // sixteen inputs in so many groups of rows

template <int Taps>
constexpr std::int64_t kPoints = patch(Taps) * patch(Taps);

struct Walk {
  Tiling tiling;
  View source, gradient;
  std::int64_t inputs, outputs;  ///< inputs: channels times phases

  explicit Walk(const Problem& p)
      : tiling(p.images, p.output_height(), p.output_width()),
        source{p.inputs, p.height, p.width, p.stride, 1},
        gradient{p.outputs, p.output_height(), p.output_width(), 1, 0},
        inputs(p.inputs * source.phases()),
        outputs(p.outputs) {}
};

/// Scratch shared by the threads: points of the source and of the gradient, [points][channels/16][tiles][16], and the
/// weights' gradient in the transformed domain, [points][outputs/16][inputs][16].
template <int Taps>
struct Scratch {
  std::int64_t source_stride, gradient_stride, weight_stride;
  float *source, *gradient, *weights;

  Scratch(const Walk& w, float* workspace)
      : source_stride(kTiles * w.inputs + kPad),
        gradient_stride(kTiles * w.outputs + kPad),
        weight_stride(w.outputs * w.inputs + kPad),
        source(workspace),
        gradient(source + kPoints<Taps> * source_stride),
        weights(gradient + kPoints<Taps> * gradient_stride) {}
};

/// A thread's share of `count` things.
struct Range {
  std::int64_t first, end;
  Range(std::int64_t count, int thread, int threads)
      : first(count * thread / threads), end(count * (thread + 1) / threads) {}
  std::int64_t size() const { return end - first; }
};

using TileTransform = void(const float*, const View&, const Tile&, std::int64_t, float*, std::int64_t);

/// Transforms a thread's share of the tiles of a block, all channels and phases.
template <TileTransform Transform>
void transform_tiles(const Tiling& tiling, const View& view, const float* tensor, float* points,
                     std::int64_t point_stride, const Range& mine, std::int64_t block_first, std::int64_t tiles) {
  for_each_image(tiling, block_first + mine.first, mine.size(),
                 [&](std::int64_t image, std::int64_t first, std::int64_t count) {
                   for (std::int64_t c = 0; c < view.channels; c += 16) {  // sixteen fill the lines of points
                     const float* planes = tensor + (image * view.channels + c) * view.height * view.width;
                     const Tile begin(tiling, first), end(tiling, first + count - 1);
                     for (int part = 0; part < 16 / kLanes; ++part)
                       touch(planes + part * view.vector_planes(), view, begin, end);
                     for (std::int64_t phase = 0; phase < view.phases(); ++phase) {
                       float* out = points + ((phase * view.channels + c) / 16 * tiles + first - block_first) * 16;
                       for (std::int64_t t = 0; t < count; ++t)
                         for (int part = 0; part < 16 / kLanes; ++part)
                           Transform(planes + part * view.vector_planes(), view, Tile(tiling, first + t), phase,
                                     out + t * 16 + part * kLanes, point_stride);
                     }
                   }
                 });
}

/// Adds the products of `tiles` tiles at point p of 16 outputs and one phase of the inputs, 16 inputs at a time.
template <int Taps>
void multiply_phase(const Walk& w, const Scratch<Taps>& s, std::int64_t p, std::int64_t k, std::int64_t phase,
                    std::int64_t tiles, bool add) {
  const float* b = s.gradient + p * s.gradient_stride + k * tiles;
  float* out = s.weights + p * s.weight_stride + k * w.inputs;
  for (std::int64_t c = phase * w.source.channels; c < (phase + 1) * w.source.channels; c += 16) {
    const float* a = s.source + p * s.source_stride + c * tiles;
    for (std::int64_t row = 0, parts = kParts; parts > 0; --parts) {
      const std::int64_t rows = (16 - row + parts - 1) / parts;
      product_of(rows, tiles, a + row, PackedSteps<16>(), b, out + (c + row) * 16, 16, add, a + tiles * 16);
      row += rows;
    }
  }
}

/// Calls visit(point, first of 16 outputs, phase) for a thread's share of the products that do not vanish.
template <int Taps, class Visit>
void for_each_product(const Walk& w, int thread, int threads, const Visit& visit) {
  const std::int64_t all = (Taps == 3 ? 36 : 81) * (w.outputs / 16);
  std::int64_t product = 0;
  for (std::int64_t p = 0; p < kPoints<Taps>; ++p) {
    for (std::int64_t k = 0; k < w.outputs; k += 16) {
      for (std::int64_t phase = 0; phase < w.source.phases(); ++phase) {
        if (vanishes(w.source.step, Pass::forward, phase, p)) continue;
        if (product++ * threads / all == thread) visit(p, k, phase);
      }
    }
  }
}

/// G^T u G of a vector of outputs and one input; the taps go to their places in plain [k][c][3][3].
template <int Taps>
void transform_back(const Problem& problem, const float* points, std::int64_t point_stride, std::int64_t phase,
                    float* weights) {
  constexpr int kSize = patch(Taps);
  Vector columns[Taps * kSize];
  for (int j = 0; j < kSize; ++j) {
    Vector u[kSize], g[Taps];
    for (int i = 0; i < kSize; ++i) u[i] = load(points + (i * kSize + j) * point_stride);
    filter_gradient_transform(u, g);
    for (int i = 0; i < Taps; ++i) columns[i * kSize + j] = g[i];
  }
  for (int i = 0; i < Taps; ++i) {
    Vector u[kSize], g[Taps];
    for (int j = 0; j < kSize; ++j) u[j] = columns[i * kSize + j];
    filter_gradient_transform(u, g);
    for (int j = 0; j < Taps; ++j) {
      const int index = filter_index(problem.stride, Pass::forward, phase, i, j);
      alignas(Vector) float lanes[kLanes];
      store(lanes, g[j]);
      for (int lane = 0; lane < kLanes && index >= 0; ++lane) weights[lane * problem.inputs * 9 + index] = lanes[lane];
    }
  }
}

template <int Taps>
void transform_all_back(const Problem& p, const Walk& w, const Scratch<Taps>& s, float* weights, const Range& mine) {
  for (std::int64_t i = mine.first; i < mine.end; ++i) {  // of (outputs/lanes, inputs)
    const std::int64_t k = i / w.inputs * kLanes, input = i % w.inputs;
    transform_back<Taps>(p, s.weights + (k / 16 * w.inputs + input) * 16 + k % 16, s.weight_stride, input / p.inputs,
                         weights + (k * p.inputs + input % p.inputs) * 9);
  }
}

template <int Taps>
void run(const Problem& problem, const float* source, const float* gradient, float* weights, float* workspace,
         int threads) {
  const Walk w(problem);
  const Scratch<Taps> s(w, workspace);
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    for (std::int64_t first = 0; first < w.tiling.count; first += kTiles) {
      const std::int64_t tiles = std::min(kTiles, w.tiling.count - first);
      const Range mine(tiles, thread, threads);
      transform_tiles<input_tile<Taps>>(w.tiling, w.source, source, s.source, s.source_stride, mine, first, tiles);
      transform_tiles<gradient_tile<Taps>>(w.tiling, w.gradient, gradient, s.gradient, s.gradient_stride, mine, first,
                                           tiles);
#pragma omp barrier
      for_each_product<Taps>(w, thread, threads, [&](std::int64_t p, std::int64_t k, std::int64_t phase) {
        multiply_phase(w, s, p, k, phase, tiles, first > 0);
      });
#pragma omp barrier
    }
    transform_all_back(problem, w, s, weights, Range(w.outputs / kLanes * w.inputs, thread, threads));
  }
}

template <int Taps>
std::int64_t scratch_size(const Walk& w) {
  return kPoints<Taps> * (kTiles * (w.inputs + w.outputs) + 3 * kPad + w.inputs * w.outputs);
}

}  // namespace

std::size_t workspace_size(const Problem& problem, Pass pass, int threads) {
  if (pass != Pass::weight_gradient) return apply_workspace(problem, pass, threads);
  const Walk walk(problem);
  return static_cast<std::size_t>(problem.stride == 1 ? scratch_size<3>(walk) : scratch_size<2>(walk));
}

void weight_gradient(const Problem& problem, const float* source, const float* gradient, float* weights,
                     float* workspace, int threads) {
  if (problem.stride == 1)
    run<3>(problem, source, gradient, weights, workspace, threads);
  else
    run<2>(problem, source, gradient, weights, workspace, threads);
}

}  // namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET
