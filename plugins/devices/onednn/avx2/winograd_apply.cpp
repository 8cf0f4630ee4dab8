// forward() and data_gradient(): both are products of transformed source tiles with transformed weights.
#include <omp.h>

#include "gemm.h"
#include "winograd.h"
#include "winograd_filters.h"
#include "winograd_tiles.h"

namespace gramstack::winograd {
namespace {

constexpr std::int64_t kDepth = 256;  // channels of one inner product: its 16 columns stay in the first-level cache

/// One pass of one problem: the tensors as tiles see them, and the products' extents.
struct Walk {
  Pass pass;
  Tiling tiling;
  View source, destination;
  std::int64_t inputs, outputs;  ///< of the product at one point: channels times phases
  /// A thread takes `tiles` tiles at a time through all inputs, then `chunk` outputs at a time, so that points of
  /// products are still in the second-level cache when they are transformed back. Measured.
  std::int64_t tiles, chunk;

  Walk(const Problem& p, Pass which)
      : pass(which),
        tiling(p.images, p.stride == 1 ? p.height : p.output_height(), p.stride == 1 ? p.width : p.output_width()),
        source{p.inputs, p.height, p.width, p.stride, 1},
        destination{p.outputs, p.output_height(), p.output_width(), 1, 0},
        inputs(0),
        outputs(0),
        tiles(0),
        chunk(0) {
    if (pass == Pass::data_gradient) {
      std::swap(source, destination);
      source.origin = p.stride == 1 ? 1 : 0;
    }
    inputs = source.channels * source.phases();
    outputs = destination.channels * destination.phases();
    tiles = inputs <= 64 || inputs >= 512 ? 64 : 48;
    chunk = std::min<std::int64_t>(32, outputs);
  }
};

/// The tiles in work, and their points: source [points][inputs/8][tiles][8], product [points][chunk/16][tiles][16].
struct Block {
  std::int64_t first, tiles, source_stride, product_stride;
  float *source, *product;
};

template <int Taps>
constexpr std::int64_t kPoints = patch(Taps) * patch(Taps);

std::int64_t source_stride(const Walk& w, std::int64_t tiles) { return tiles * w.inputs + kPad; }
std::int64_t product_stride(const Walk& w) { return w.tiles * w.chunk + kPad; }

template <int Taps>
void transform_source(const Walk& w, const Block& b, const float* source) {
  for_each_image(w.tiling, b.first, b.tiles, [&](std::int64_t image, std::int64_t first, std::int64_t tiles) {
    for (std::int64_t c = 0; c < w.source.blocks(); ++c) {
      const float* plane = source + (image * w.source.blocks() + c) * w.source.plane();
      touch(plane, w.source, Tile(w.tiling, first), Tile(w.tiling, first + tiles - 1));
      for (std::int64_t phase = 0; phase < w.source.phases(); ++phase) {
        float* points = b.source + ((phase * w.source.blocks() + c) * b.tiles + first - b.first) * 8;
        for (std::int64_t t = 0; t < tiles; ++t) {
          input_tile<Taps>(plane, w.source, Tile(w.tiling, first + t), phase, points + t * 8, b.source_stride);
        }
      }
    }
  });
}

/// Products of `tiles` tiles with 16 outputs at one point, over `depth` inputs.
void multiply(std::int64_t tiles, std::int64_t depth, const float* a, std::int64_t group, const float* weights,
              float* out, bool add) {
  for (std::int64_t t = 0; t < tiles; t += 6)
    product_of(std::min<std::int64_t>(6, tiles - t), depth, a + t * 8, BlockedSteps<8>{group}, weights, out + t * 16,
               16, add);
}

/// Products at point p with the 16 outputs from `output` on, over all inputs whose weights do not vanish there.
void multiply_point(const Walk& w, const Block& b, const float* weights, std::int64_t p, std::int64_t output,
                    float* out) {
  const std::int64_t steps = std::max(w.source.step, w.destination.step), channels = w.source.channels;
  const std::int64_t target = output / w.destination.channels;
  bool add = false;
  for (std::int64_t phase = 0; phase < w.source.phases(); ++phase) {
    if (vanishes(steps, w.pass, phase + target, p)) continue;  // one of the two is 0
    for (std::int64_t c = phase * channels; c < (phase + 1) * channels; c += kDepth) {
      multiply(b.tiles, std::min(kDepth, (phase + 1) * channels - c), b.source + p * b.source_stride + c * b.tiles,
               b.tiles * 8, weights + c * 16, out, add);
      add = true;
    }
  }
  if (!add) std::fill_n(out, b.tiles * 16, 0.0F);
}

template <int Taps>
void multiply_points(const Walk& w, const Block& b, const float* transformed, std::int64_t first_output,
                     std::int64_t outputs) {
  for (std::int64_t p = 0; p < kPoints<Taps>; ++p) {
    for (std::int64_t k = 0; k < outputs; k += 16) {
      multiply_point(w, b, transformed + p * (w.outputs * w.inputs + kPad) + (first_output + k) * w.inputs, p,
                     first_output + k, b.product + p * b.product_stride + k * b.tiles);
    }
  }
}

template <int Taps>
void transform_product(const Walk& w, const Block& b, float* destination, std::int64_t first_output,
                       std::int64_t outputs, const Epilogue& epilogue) {
  const View& view = w.destination;
  for_each_image(w.tiling, b.first, b.tiles, [&](std::int64_t image, std::int64_t first, std::int64_t tiles) {
    for (std::int64_t k = 0; k < outputs / 8; ++k) {
      const std::int64_t block = first_output / 8 + k, phase = block / view.blocks();
      const std::int64_t plane = (image * view.blocks() + block % view.blocks()) * view.plane();
      const float* points = b.product + (k / 2 * b.tiles + first - b.first) * 16 + k % 2 * 8;
      const auto put_tiles = [&](const auto& finish) {
        for (std::int64_t t = 0; t < tiles; ++t)
          output_tile<Taps>(points + t * 16, b.product_stride, destination + plane, view, Tile(w.tiling, first + t),
                            phase, finish);
      };
      if (epilogue.factor)
        put_tiles(Finish{load(epilogue.factor + block * 8), load(epilogue.shift + block * 8),
                         epilogue.add ? epilogue.add + plane : nullptr, epilogue.relu});
      else
        put_tiles(Unchanged());
    }
  });
}

template <int Taps>
std::int64_t thread_workspace(const Walk& w) {
  return kPoints<Taps> * (source_stride(w, w.tiles) + product_stride(w));
}

template <int Taps>
void apply(const Walk& w, const float* source, const float* transformed, float* destination, float* workspace,
           int threads, const Epilogue& epilogue) {
#pragma omp parallel num_threads(threads)
  {
    const std::int64_t thread = omp_get_thread_num();
    float* scratch = workspace + thread * thread_workspace<Taps>(w);
    const std::int64_t end = w.tiling.count * (thread + 1) / threads;
    for (std::int64_t first = w.tiling.count * thread / threads; first < end; first += w.tiles) {
      const std::int64_t tiles = std::min(w.tiles, end - first), stride = source_stride(w, tiles);
      const Block block{first, tiles, stride, product_stride(w), scratch, scratch + kPoints<Taps> * stride};
      transform_source<Taps>(w, block, source);
      for (std::int64_t k = 0; k < w.outputs; k += w.chunk) {
        const std::int64_t outputs = std::min(w.chunk, w.outputs - k);
        multiply_points<Taps>(w, block, transformed, k, outputs);
        transform_product<Taps>(w, block, destination, k, outputs, epilogue);
      }
    }
    _mm_sfence();  // for the streaming stores of output_tile
  }
}

void run(const Problem& p, Pass pass, const float* source, const float* transformed, float* destination,
         float* workspace, int threads, const Epilogue& epilogue) {
  const Walk walk(p, pass);
  if (p.stride == 1)
    apply<3>(walk, source, transformed, destination, workspace, threads, epilogue);
  else
    apply<2>(walk, source, transformed, destination, workspace, threads, epilogue);
}

}  // namespace

bool supports(const Problem& problem) {
  return problem.inputs % 16 == 0 && problem.outputs % 16 == 0 && (problem.stride == 1 || problem.stride == 2);
}

std::size_t weight_size(const Problem& p) {
  const std::int64_t weights = p.inputs * p.outputs;
  return static_cast<std::size_t>(p.stride == 1 ? kPoints<3> * (weights + kPad) : kPoints<2> * (4 * weights + kPad));
}

std::size_t apply_workspace(const Problem& p, Pass pass, int threads) {
  const Walk walk(p, pass);
  return static_cast<std::size_t>((p.stride == 1 ? thread_workspace<3>(walk) : thread_workspace<2>(walk)) * threads);
}

void forward(const Problem& problem, const float* source, const float* transformed, float* destination,
             float* workspace, int threads, const Epilogue& epilogue) {
  run(problem, Pass::forward, source, transformed, destination, workspace, threads, epilogue);
}

void data_gradient(const Problem& problem, const float* gradient, const float* transformed, float* source_gradient,
                   float* workspace, int threads) {
  run(problem, Pass::data_gradient, gradient, transformed, source_gradient, workspace, threads, {});
}

}  // namespace gramstack::winograd
