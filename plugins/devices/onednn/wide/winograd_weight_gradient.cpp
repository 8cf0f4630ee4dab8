#include <omp.h>

#include <array>

#include "gemm.h"
#include "kernels.h"
#include "winograd_filters.h"
#include "winograd_tiles.h"

namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET {
namespace {

constexpr std::int64_t kTiles = 128;                               // summed at a time
constexpr std::int64_t kFewSums = 128 * 128;                       // of one point
constexpr std::int64_t kParts = (16 + kMostRows - 1) / kMostRows;  // sixteen inputs in so many groups of rows
constexpr std::int64_t kPhases[] = {0, 3, 1, 2};  // as many products do not vanish in the first two as in the others

template <int Taps>
constexpr std::int64_t kPoints = patch(Taps) * patch(Taps);

struct Walk {
  Tiling tiling;
  View source, gradient;
  std::int64_t inputs, outputs;  ///< inputs: channels times phases
  std::int64_t copies;           ///< of the sums: one for each half of the tiles where they are few

  explicit Walk(const Problem& p)
      : tiling(p.images, p.output_height(), p.output_width()),
        source{p.inputs, p.height, p.width, p.stride, 1},
        gradient{p.outputs, p.output_height(), p.output_width(), 1, 0},
        inputs(p.inputs * source.phases()),
        outputs(p.outputs),
        copies(p.stride == 1 && tiling.count > 1 && p.inputs * p.outputs <= kFewSums ? 2 : 1) {}
};

/// What a thread multiplies, and so transforms, into scratch of its own: what one core has written another one fetches
/// slowly. An even number of threads is halved: with stride 2 each half takes half of the phases; with stride 1 half of
/// the tiles, into sums of its own, where these are few, else half of the points. Both halves are split by outputs.
struct Share {
  std::int64_t half, halves;
  Range phases;   ///< of kPhases
  Range outputs;  ///< in sixteens
  std::int64_t inputs;

  Share(const Walk& w, int thread, int threads)
      : half(threads % 2 == 0 ? thread % 2 : 0),
        halves(threads % 2 == 0 ? 2 : 1),
        phases(w.source.phases(), w.source.step == 1 ? 0 : half, w.source.step == 1 ? 1 : halves),
        outputs(w.outputs / 16, thread / halves, threads / halves),
        inputs(phases.size() * w.source.channels) {}

  bool halves_points(const Walk& w) const { return halves == 2 && w.copies == 1 && w.source.step == 1; }
  std::int64_t points(const Walk& w) const {
    return w.source.step == 2 ? kPoints<2> : kPoints<3> / (halves_points(w) ? 2 : 1);
  }
};

/// Points of the source, then of the gradient, [points][channels/16][tiles][16].
struct Scratch {
  std::int64_t source_stride, gradient_stride, size;
  float *source, *gradient;

  Scratch(const Share& share, std::int64_t points, float* memory)
      : source_stride(kTiles * share.inputs + kPad),
        gradient_stride(kTiles * share.outputs.size() * 16 + kPad),
        size(points * (source_stride + gradient_stride)),
        source(memory),
        gradient(memory + points * source_stride) {}
};

/// The tiles in work.
struct Block {
  std::int64_t first, tiles;
};

/// transform(planes, tile, channel, out[tile][16] of every point) for the sixteen channels from `channel` on.
template <class Transform>
void transform_channels(const Tiling& tiling, const View& view, const Block& b, const float* tensor,
                        std::int64_t channel, float* out, const Transform& transform) {
  for_each_image(tiling, b.first, b.tiles, [&](std::int64_t image, std::int64_t first, std::int64_t count) {
    const float* planes = tensor + (image * view.channels + channel) * view.height * view.width;
    float* points = out + (first - b.first) * 16;
    for (int part = 0; part < 16; part += kLanes, planes += view.vector_planes()) {
      touch(planes, view, Tile(tiling, first), Tile(tiling, first + count - 1));
      for (std::int64_t t = 0; t < count; ++t)
        transform(planes, Tile(tiling, first + t), channel + part, points + t * 16 + part);
    }
  });
}

/// What the products are made of.
struct Operands {
  const float *source, *gradient;
  Prologue prologue;
};

template <int Taps, int First, int End, class Read>
void transform_source(const Walk& w, const Share& share, const Scratch& s, const Block& b, const Operands& o) {
  float* out = s.source;
  for (std::int64_t i = share.phases.first; i < share.phases.end; ++i)
    for (std::int64_t c = 0; c < w.source.channels; c += 16, out += b.tiles * 16)
      transform_channels(w.tiling, w.source, b, o.source, c, out,
                         [&](const float* planes, const Tile& tile, std::int64_t channel, float* points) {
                           input_tile<Taps, First, End>(planes, w.source, tile, kPhases[i], Read(o.prologue, channel),
                                                        points, s.source_stride);
                         });
}

template <int Taps, int First, int End>
void transform_gradient(const Walk& w, const Share& share, const Scratch& s, const Block& b, const Operands& o) {
  float* out = s.gradient;
  for (std::int64_t k = share.outputs.first; k < share.outputs.end; ++k, out += b.tiles * 16)
    transform_channels(w.tiling, w.gradient, b, o.gradient, k * 16, out,
                       [&](const float* planes, const Tile& tile, std::int64_t, float* points) {
                         gradient_tile<Taps, First, End>(planes, w.gradient, tile, points, s.gradient_stride);
                       });
}

/// Adds the products of `tiles` tiles with sixteen outputs, sixteen inputs at a time.
void multiply_channels(std::int64_t channels, std::int64_t tiles, const float* a, const float* b, float* out,
                       bool add) {
  for (std::int64_t c = 0; c < channels; c += 16, a += tiles * 16, out += 16 * 16) {
    for (int line = 0; line < 16; ++line) __builtin_prefetch(out + (16 + line) * 16, 1);
    for (std::int64_t row = 0, parts = kParts; parts > 0; --parts) {
      const std::int64_t rows = (16 - row + parts - 1) / parts;
      product_of(rows, tiles, a + row, PackedSteps<16>(), b, out + row * 16, 16, add, a + tiles * 16);
      row += rows;
    }
  }
}

/// The weights' gradient in the transformed domain: [outputs/16][channels][16] for every phase and point that does not
/// vanish; once more of the second half of the tiles where there are two copies.
struct Sums {
  std::int64_t stride, size = 0, copies;
  float* weights;
  std::array<std::array<std::int64_t, kPoints<3>>, 4> places{};  ///< of a phase's points; 0 of those that vanish

  Sums(const Walk& w, float* memory) : stride(w.outputs * w.source.channels + kPad), copies(w.copies), weights(memory) {
    const std::int64_t points = w.source.step == 1 ? kPoints<3> : kPoints<2>;
    for (std::int64_t phase = 0; phase < w.source.phases(); ++phase)
      for (std::int64_t p = 0; p < points; ++p) {
        if (vanishes(w.source.step, Pass::forward, phase, p)) continue;
        places[static_cast<std::size_t>(phase)][static_cast<std::size_t>(p)] = size;
        size += stride;
      }
  }

  float* at(std::int64_t phase, std::int64_t point, std::int64_t copy) const {
    return weights + copy * size + places[static_cast<std::size_t>(phase)][static_cast<std::size_t>(point)];
  }
  template <int Copies>
  Vector total(std::int64_t phase, std::int64_t point, std::int64_t offset) const {
    const float* first = at(phase, point, 0) + offset;
    if constexpr (Copies == 1) return load(first);
    return load(first) + load(first + size);
  }
};

/// Where products are added up: to points from `first` on of one copy, or in their place.
struct Target {
  std::int64_t first, points, copy;
  bool add;
};

void multiply_block(const Walk& w, const Share& share, const Scratch& s, const Block& b, const Sums& sums,
                    const Target& to) {
  const std::int64_t channels = w.source.channels;
  for (std::int64_t p = 0; p < to.points; ++p)
    for (std::int64_t k = 0; k < share.outputs.size(); ++k)
      for (std::int64_t i = 0; i < share.phases.size(); ++i) {
        const std::int64_t phase = kPhases[share.phases.first + i];
        if (vanishes(w.source.step, Pass::forward, phase, to.first + p)) continue;
        multiply_channels(channels, b.tiles, s.source + p * s.source_stride + i * channels * b.tiles,
                          s.gradient + p * s.gradient_stride + k * 16 * b.tiles,
                          sums.at(phase, to.first + p, to.copy) + (share.outputs.first + k) * 16 * channels, to.add);
      }
}

/// All products of a share at rows First .. End - 1 of the points, over the tiles of one copy.
template <int Taps, int First, int End>
void multiply_share(const Walk& w, const Share& share, const Operands& o, const Sums& sums, std::int64_t copy,
                    float* memory) {
  constexpr std::int64_t kRow = patch(Taps);
  const Scratch scratch(share, (End - First) * kRow, memory);
  const Range tiles(w.tiling.count, copy, w.copies);
  for (std::int64_t first = tiles.first; first < tiles.end; first += kTiles) {
    const Block block{first, std::min(kTiles, tiles.end - first)};
    o.prologue.factor ? transform_source<Taps, First, End, Normalized>(w, share, scratch, block, o)
                      : transform_source<Taps, First, End, AsTheyAre>(w, share, scratch, block, o);
    transform_gradient<Taps, First, End>(w, share, scratch, block, o);
    multiply_block(w, share, scratch, block, sums, {First * kRow, (End - First) * kRow, copy, first > tiles.first});
  }
}

/// G^T u G of a vector of outputs and one input, `offset` in the sums of every point; the taps go to their places in
/// plain [k][c][3][3]. What is read for points that vanish goes into taps that are dropped.
template <int Taps, int Copies>
void transform_back(const Problem& problem, const Sums& sums, std::int64_t offset, std::int64_t phase, float* weights) {
  constexpr int kSize = patch(Taps);
  Vector columns[Taps * kSize];
  for (int j = 0; j < kSize; ++j) {
    Vector u[kSize], g[Taps];
    for (int i = 0; i < kSize; ++i) u[i] = sums.total<Copies>(phase, i * kSize + j, offset);
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

template <int Taps, int Copies>
void transform_all_back(const Problem& p, const Walk& w, const Sums& sums, float* weights, const Range& mine) {
  for (std::int64_t i = mine.first; i < mine.end; ++i) {  // of (outputs/lanes, phases, channels)
    const std::int64_t k = i / w.inputs * kLanes, phase = i % w.inputs / p.inputs, channel = i % p.inputs;
    transform_back<Taps, Copies>(p, sums, (k / 16 * p.inputs + channel) * 16 + k % 16, phase,
                                 weights + (k * p.inputs + channel) * 9);
  }
}

void multiply(const Walk& w, const Share& share, const Operands& o, const Sums& sums, float* memory) {
  for (std::int64_t copy = w.copies == 1 ? 0 : share.half; copy < w.copies; copy += share.halves) {
    if (w.source.step == 2)
      multiply_share<2, 0, 5>(w, share, o, sums, copy, memory);
    else if (!share.halves_points(w))
      multiply_share<3, 0, 6>(w, share, o, sums, copy, memory);
    else if (share.half == 0)
      multiply_share<3, 0, 3>(w, share, o, sums, copy, memory);
    else
      multiply_share<3, 3, 6>(w, share, o, sums, copy, memory);
  }
}

/// Floats of scratch of the thread that wants most.
std::int64_t thread_scratch(const Walk& w, int threads) {
  std::int64_t most = 0;
  for (int thread = 0; thread < threads; ++thread) {
    const Share share(w, thread, threads);
    most = std::max(most, Scratch(share, share.points(w), nullptr).size);
  }
  return most;
}

}  // namespace

std::size_t workspace_size(const Problem& problem, Pass pass, int threads) {
  if (pass != Pass::weight_gradient) return apply_workspace(problem, pass, threads);
  const Walk walk(problem);
  const Sums sums(walk, nullptr);
  return static_cast<std::size_t>(sums.copies * sums.size + threads * thread_scratch(walk, threads));
}

void weight_gradient(const Problem& problem, const float* source, const float* gradient, float* weights,
                     float* workspace, int threads, const Prologue& prologue) {
  const Walk w(problem);
  const Operands operands{source, gradient, prologue};
  const Sums sums(w, workspace);
  float* const scratch = workspace + sums.copies * sums.size;
  const std::int64_t own = thread_scratch(w, threads);
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    multiply(w, Share(w, thread, threads), operands, sums, scratch + thread * own);
#pragma omp barrier
    const Range mine(w.outputs / kLanes * w.inputs, thread, threads);
    if (problem.stride == 1)
      (sums.copies == 1 ? transform_all_back<3, 1> : transform_all_back<3, 2>)(problem, w, sums, weights, mine);
    else
      transform_all_back<2, 1>(problem, w, sums, weights, mine);
  }
}

}  // namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET
