// forward() and data_gradient(): both are products of transformed source tiles with transformed weights.
#include <omp.h>

#include "gemm.h"
#include "kernels.h"
#include "winograd_filters.h"
#include "winograd_tiles.h"

namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET {
namespace {

/// One pass of one problem: the tensors as tiles see them, and the products' extents.
struct Walk {
  Pass pass;
  Tiling tiling;
  View source, destination;
  std::int64_t inputs, outputs;  ///< of the product at one point: channels times phases
  /// A thread takes `tiles` tiles at a time through all inputs, then `chunk` outputs at a time, so that points of
  /// products are still in the second-level cache when they are transformed back. Measured. A multiple of kSummedTiles.
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

/// The tiles in work, and their points: source [points][tiles/kMostRows][inputs/lanes][kMostRows][lanes], so that a
/// product reads one stretch of memory; product [points][chunk/16][tiles][16].
struct Block {
  std::int64_t first, tiles, source_stride, product_stride;
  float *source, *product;

  /// Tiles that are multiplied together with this one, the first of them.
  std::int64_t rows(std::int64_t tile) const { return std::min<std::int64_t>(kMostRows, tiles - tile); }
  /// Where the source at point 0 has a tile's channels from `input` on.
  float* at(const Walk& w, std::int64_t tile, std::int64_t input) const {
    const std::int64_t row = tile % kMostRows;
    return source + (tile - row) * w.inputs + input * rows(tile - row) + row * kLanes;
  }
};

template <int Taps>
constexpr std::int64_t kPoints = patch(Taps) * patch(Taps);

std::int64_t source_stride(const Walk& w, std::int64_t tiles) { return tiles * w.inputs + kPad; }
std::int64_t product_stride(const Walk& w) { return w.tiles * w.chunk + kPad; }

/// Tiles visit memory in a pattern that the hardware does not foresee: the planes after those in work are fetched.
template <int Taps, class Read>
void transform_source(const Walk& w, const Block& b, const float* source, const Prologue& prologue) {
  const View& view = w.source;
  for_each_image(w.tiling, b.first, b.tiles, [&](std::int64_t image, std::int64_t first, std::int64_t tiles) {
    const float* planes = source + image * view.vectors() * view.vector_planes();
    Ahead next = tiles_ahead(w.tiling, view, source + view.vector_planes(), view.channels - kLanes, first, tiles,
                             (view.vectors() - 1) * view.phases() * tiles);
    for (std::int64_t c = 0; c < view.channels; c += kLanes, planes += view.vector_planes()) {
      const Read read(prologue, c);
      for (std::int64_t phase = 0; phase < view.phases(); ++phase)
        for (std::int64_t t = first; t < first + tiles; ++t) {
          float* const points = b.at(w, t - b.first, phase * view.channels + c);
          input_tile<Taps>(planes, view, Tile(w.tiling, t), phase, read, points, b.source_stride);
          next.fetch();
        }
    }
  });
}

/// Some inputs of one phase at one point, which are multiplied with a chunk of outputs before the next ones are: their
/// tiles and weights stay in the first-level cache. Measured.
struct Slice {
  static constexpr std::int64_t kInputs = 64;
  std::int64_t point, first, count;

  Slice(const Walk& w, std::int64_t p, std::int64_t input)
      : point(p), first(input), count(std::min(kInputs, w.source.channels - input % w.source.channels)) {}
};

/// Whether the weights from a slice to some outputs of one phase are zero.
bool is_zero(const Walk& w, const Slice& slice, std::int64_t output) {
  const std::int64_t phase = slice.first / w.source.channels + output / w.destination.channels;  // one of the two is 0
  return vanishes(std::max(w.source.step, w.destination.step), w.pass, phase, slice.point);
}

/// Products of all tiles with 16 outputs. `ahead`: the weights wanted next.
void multiply(const Walk& w, const Block& b, const Slice& slice, const float* weights, float* out, bool add,
              const float* ahead) {
  for (std::int64_t t = 0; t < b.tiles; t += kMostRows)
    product_of(b.rows(t), slice.count, b.at(w, t, slice.first) + slice.point * b.source_stride,
               BlockedSteps<kLanes>{b.rows(t) * kLanes}, {.first = weights, .ahead = ahead}, OnePanelSums{out + t * 16},
               add);
}

/// Products with a chunk of outputs, whose weights at the slice's point begin at `weights`. `next`: the weights wanted
/// after the last slice.
void multiply_slice(const Walk& w, const Block& b, const Slice& slice, const float* weights, std::int64_t outputs,
                    float* out, bool add, const float* next) {
  const std::int64_t end = slice.first + slice.count;
  for (std::int64_t k = 0; k < outputs; k += 16) {
    const float* after = end < w.inputs ? weights + end * 16 : next;
    const float* panel = weights + k * w.inputs + slice.first * 16;
    multiply(w, b, slice, panel, out + k * b.tiles, add, k + 16 < outputs ? panel + 16 * w.inputs : after);
  }
}

/// Products at all points with a chunk of outputs of one phase, over all inputs whose weights are not zero there.
template <int Taps>
void multiply_points(const Walk& w, const Block& b, const float* transformed, std::int64_t first_output,
                     std::int64_t outputs) {
  const std::int64_t point_stride = w.outputs * w.inputs + kPad;
  const float* weights = transformed + first_output * w.inputs;
  for (std::int64_t p = 0; p < kPoints<Taps>; ++p, weights += point_stride) {
    float* const out = b.product + p * b.product_stride;
    bool add = false;
    for (std::int64_t input = 0; input < w.inputs;) {
      const Slice slice(w, p, input);
      input += slice.count;
      if (is_zero(w, slice, first_output)) continue;
      multiply_slice(w, b, slice, weights, outputs, out, add, weights + point_stride);
      add = true;
    }
    if (!add) std::fill_n(out, b.tiles * outputs, 0.0F);
  }
}

/// Where a vector of outputs comes from and goes to.
struct Output {
  std::int64_t vector;  ///< of all outputs
  const float* points;  ///< the block's first tile at point 0
  float* plane;         ///< of an image
  std::int64_t phase;
};

template <int Taps, class Last>
void put_tiles(const Walk& w, const Block& b, const Output& o, std::int64_t first, std::int64_t end, Last&& finish) {
  for (std::int64_t t = first; t < end; ++t)
    output_tile<Taps>(o.points + (t - b.first) * 16, b.product_stride, o.plane, w.destination, Tile(w.tiling, t),
                      o.phase, finish);
}

template <int Taps>
void sum_tiles(const Walk& w, const Block& b, const Output& o, std::int64_t first, std::int64_t end, float* sums) {
  for (std::int64_t t = first; t < end;) {
    const std::int64_t group = t / kSummedTiles, until = std::min(end, (group + 1) * kSummedTiles);
    Summing summing(sums + group * 3 * w.outputs + o.vector * kLanes, w.outputs, t % kSummedTiles == 0);
    put_tiles<Taps>(w, b, o, t, until, summing);
    summing.save();
    t = until;
  }
}

template <int Taps>
void put(const Walk& w, const Block& b, const Output& o, std::int64_t first, std::int64_t end, const float* add,
         const Epilogue& epilogue) {
  if (epilogue.sums) return sum_tiles<Taps>(w, b, o, first, end, epilogue.sums);
  if (!epilogue.factor) return put_tiles<Taps>(w, b, o, first, end, Unchanged());
  put_tiles<Taps>(w, b, o, first, end,
                  Finish{load(epilogue.factor + o.vector * kLanes), load(epilogue.shift + o.vector * kLanes), add,
                         w.destination.plane(), epilogue.relu});
}

template <int Taps>
void transform_product(const Walk& w, const Block& b, float* destination, std::int64_t first_output,
                       std::int64_t outputs, const Epilogue& epilogue) {
  const View& view = w.destination;
  for_each_image(w.tiling, b.first, b.tiles, [&](std::int64_t image, std::int64_t first, std::int64_t tiles) {
    for (std::int64_t k = 0; k < outputs; k += kLanes) {
      const std::int64_t vector = (first_output + k) / kLanes, phase = vector / view.vectors();
      const std::int64_t plane = (image * view.vectors() + vector % view.vectors()) * view.vector_planes();
      const Output output{vector, b.product + k / 16 * b.tiles * 16 + k % 16, destination + plane, phase};
      put<Taps>(w, b, output, first, first + tiles, epilogue.add ? epilogue.add + plane : nullptr, epilogue);
    }
  });
}

template <int Taps>
std::int64_t thread_workspace(const Walk& w) {
  return kPoints<Taps> * (source_stride(w, w.tiles) + product_stride(w));
}

struct Operands {
  const float *source, *weights;
  float *destination, *workspace;
  Prologue prologue;
  Epilogue epilogue;
};

/// Some tiles, block by block. The workspace begins with the transformed weights; `scratch` is the thread's part of it.
template <int Taps>
void apply_to(const Walk& w, const Operands& o, const Range& tiles, float* scratch) {
  for (std::int64_t first = tiles.first; first < tiles.end; first += w.tiles) {
    const std::int64_t count = std::min(w.tiles, tiles.end - first), stride = source_stride(w, count);
    const Block block{first, count, stride, product_stride(w), scratch, scratch + kPoints<Taps> * stride};
    o.prologue.factor ? transform_source<Taps, Normalized>(w, block, o.source, o.prologue)
                      : transform_source<Taps, AsTheyAre>(w, block, o.source, o.prologue);
    for (std::int64_t k = 0, outputs = 0; k < w.outputs; k += outputs) {
      outputs = std::min(w.chunk, w.destination.channels - k % w.destination.channels);
      multiply_points<Taps>(w, block, o.workspace, k, outputs);
      transform_product<Taps>(w, block, o.destination, k, outputs, o.epilogue);
    }
  }
}

template <int Taps>
void apply(const Problem& problem, Pass pass, const Operands& o, int threads) {
  const Walk w(problem, pass);
  float* const scratch = o.workspace + weight_size(problem);
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    transform_weights(problem, pass, o.weights, o.workspace, thread, threads);
#pragma omp barrier
    const Range mine(w.tiling.count, thread, threads, o.epilogue.sums ? kSummedTiles : 1);
    apply_to<Taps>(w, o, mine, scratch + thread * thread_workspace<Taps>(w));
    _mm_sfence();  // for the streaming stores of output_tile
  }
}

void run(const Problem& p, Pass pass, const Operands& operands, int threads) {
  (p.stride == 1 ? apply<3> : apply<2>)(p, pass, operands, threads);
}

}  // namespace

std::size_t apply_workspace(const Problem& p, Pass pass, int threads) {
  const Walk w(p, pass);
  return weight_size(p) +
         static_cast<std::size_t>((p.stride == 1 ? thread_workspace<3>(w) : thread_workspace<2>(w)) * threads);
}

void forward(const Problem& problem, const float* source, const float* weights, float* destination, float* workspace,
             int threads, const Prologue& prologue, const Epilogue& epilogue) {
  run(problem, Pass::forward, {source, weights, destination, workspace, prologue, epilogue}, threads);
}

void data_gradient(const Problem& problem, const float* gradient, const float* weights, float* source_gradient,
                   float* workspace, int threads) {
  run(problem, Pass::data_gradient, {gradient, weights, source_gradient, workspace, {}, {}}, threads);
}

}  // namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET
