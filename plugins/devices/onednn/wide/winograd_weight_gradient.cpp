#include <omp.h>

#include <array>

#include "gemm.h"
#include "kernels.h"
#include "transpose.h"
#include "winograd_filters.h"
#include "winograd_tiles.h"

namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET {
namespace {

constexpr std::int64_t kFewSums = 128 * 128;                       // of one point
constexpr std::int64_t kParts = (16 + kMostRows - 1) / kMostRows;  // sixteen inputs in so many groups of rows

template <int Taps>
constexpr std::int64_t kPoints = patch(Taps) * patch(Taps);

struct Walk {
  Tiling tiling;
  View source, gradient;
  std::int64_t points;
  /// Of the weights' gradient: one for each half of the tiles where it is small. Its sums of products are then kept
  /// until all tiles are multiplied; many are transformed back after each block, while they are in the caches.
  std::int64_t copies;
  /// Multiplied at a time: few, which stay in the second-level cache, but where the many sums that are transformed back
  /// after them would cost more. Measured.
  std::int64_t tiles;
  std::int64_t sums = 0;  ///< for two channels: at every point that does not vanish of every phase
  std::array<std::array<std::int64_t, kPoints<3>>, 4> places{};  ///< of these; 0 of those that vanish

  explicit Walk(const Problem& p)
      : tiling(p.images, p.output_height(), p.output_width()),
        source{p.inputs, p.height, p.width, p.stride, 1},
        gradient{p.outputs, p.output_height(), p.output_width(), 1, 0},
        points(p.stride == 1 ? kPoints<3> : kPoints<2>),
        copies(tiling.count > 1 && p.inputs * p.outputs <= kFewSums ? 2 : 1),
        tiles(p.inputs * p.outputs <= 2 * kFewSums ? 64 : 128) {
    for (std::int64_t phase = 0; phase < source.phases(); ++phase)
      for (std::int64_t point = 0; point < points; ++point)
        if (!vanishes(source.step, Pass::forward, phase, point))
          places[static_cast<std::size_t>(phase)][static_cast<std::size_t>(point)] = sums++;
  }

  bool keeps_sums() const { return copies == 2; }
  std::int64_t place(std::int64_t phase, std::int64_t point) const {
    return places[static_cast<std::size_t>(phase)][static_cast<std::size_t>(point)];
  }
};

/// What a thread multiplies, and so transforms, into scratch of its own: what one core has written another one fetches
/// slowly. An even number of threads is halved: each half takes half of the tiles where there are two copies, else half
/// of the channels. Both halves are split by outputs.
struct Share {
  std::int64_t half, halves;
  Range channels, outputs;  ///< in sixteens

  Share(const Walk& w, int thread, int threads)
      : half(threads % 2 == 0 ? thread % 2 : 0),
        halves(threads % 2 == 0 ? 2 : 1),
        channels(w.source.channels / 16, w.copies == 2 ? 0 : half, w.copies == 2 ? 1 : halves),
        outputs(w.gradient.channels / 16, thread / halves, threads / halves) {}
};

/// Of a thread: points of the source, [points][phases][channels/16][tiles][16]; of the gradient of sixteen outputs,
/// [points][tiles][16]; sums of their products, [sums][channels][16], of as many sixteens as are kept.
struct Scratch {
  std::int64_t channels, source_stride, gradient_stride, sums_stride, sums_size, size;
  float *source, *gradient, *sums;

  Scratch(const Walk& w, const Share& share, float* memory)
      : channels(share.channels.size() * 16),
        source_stride(w.tiles * channels * w.source.phases() + kPad),
        gradient_stride(w.tiles * 16 + kPad),
        sums_stride(channels * 16 + kPad),
        sums_size(w.sums * sums_stride),
        size(w.points * (source_stride + gradient_stride) + (w.keeps_sums() ? share.outputs.size() : 1) * sums_size),
        source(memory),
        gradient(source + w.points * source_stride),
        sums(gradient + w.points * gradient_stride) {}
};

/// The tiles in work.
struct Block {
  std::int64_t first, tiles;
};

/// What is transformed after the products of a block with sixteen outputs, or with all.
struct Next {
  Ahead gradient, source;
  void fetch() {
    gradient.fetch();
    source.fetch();
  }
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

template <int Taps, class Read>
void transform_source(const Walk& w, const Share& share, const Scratch& s, const Block& b, const Operands& o) {
  float* out = s.source;
  for (std::int64_t c = share.channels.first; c < share.channels.end; ++c, out += b.tiles * 16)
    transform_channels(w.tiling, w.source, b, o.source, c * 16, out,
                       [&](const float* planes, const Tile& tile, std::int64_t channel, float* points) {
                         const Read read(o.prologue, channel);
                         for (std::int64_t phase = 0; phase < w.source.phases(); ++phase)
                           input_tile<Taps>(planes, w.source, tile, phase, read, points + phase * s.channels * b.tiles,
                                            s.source_stride);
                       });
}

template <int Taps>
void transform_gradient(const Walk& w, const Scratch& s, const Block& b, const Operands& o, std::int64_t output) {
  transform_channels(w.tiling, w.gradient, b, o.gradient, output, s.gradient,
                     [&](const float* planes, const Tile& tile, std::int64_t, float* points) {
                       gradient_tile<Taps>(planes, w.gradient, tile, points, s.gradient_stride);
                     });
}

/// Adds the products of `tiles` tiles with sixteen outputs, sixteen inputs at a time.
void multiply_channels(std::int64_t channels, std::int64_t tiles, const float* a, const float* b, float* out, bool add,
                       Next& next) {
  for (std::int64_t c = 0; c < channels; c += 16, a += tiles * 16, out += 16 * 16) {
    for (int line = 0; line < 16; ++line) __builtin_prefetch(out + (16 + line) * 16, 1);
    for (std::int64_t row = 0, parts = kParts; parts > 0; --parts) {
      const std::int64_t rows = (16 - row + parts - 1) / parts;
      product_of(rows, tiles, a + row, PackedSteps<16>(), {b}, OnePanelSums{out + row * 16}, add);
      next.fetch();
      row += rows;
    }
  }
}

/// Products of a block with sixteen outputs.
std::int64_t products(const Walk& w, const Share& share) { return w.sums * share.channels.size() * kParts; }

void multiply_block(const Walk& w, const Scratch& s, const Block& b, float* sums, bool add, Next& next) {
  for (std::int64_t p = 0; p < w.points; ++p)
    for (std::int64_t phase = 0; phase < w.source.phases(); ++phase) {
      if (vanishes(w.source.step, Pass::forward, phase, p)) continue;
      multiply_channels(s.channels, b.tiles, s.source + p * s.source_stride + phase * s.channels * b.tiles,
                        s.gradient + p * s.gradient_stride, sums + w.place(phase, p) * s.sums_stride, add, next);
    }
}

/// G^T u G of a vector of outputs and one input; the taps go to taps[9][16]. What is read for points that vanish goes
/// into taps that are dropped.
template <int Taps>
void transform_back(const Walk& w, const float* sums, std::int64_t stride, std::int64_t phase, float* taps) {
  constexpr int kSize = patch(Taps), kStep = Taps == 3 ? 1 : 2;
  Vector columns[Taps * kSize];
  for (int j = 0; j < kSize; ++j) {
    Vector u[kSize], g[Taps];
    for (int i = 0; i < kSize; ++i) u[i] = load(sums + w.place(phase, i * kSize + j) * stride);
    filter_gradient_transform(u, g);
    for (int i = 0; i < Taps; ++i) columns[i * kSize + j] = g[i];
  }
  for (int i = 0; i < Taps; ++i) {
    Vector u[kSize], g[Taps];
    for (int j = 0; j < kSize; ++j) u[j] = columns[i * kSize + j];
    filter_gradient_transform(u, g);
    for (int j = 0; j < Taps; ++j) {
      const int index = filter_index(kStep, Pass::forward, phase, i, j);
      if (index >= 0) store(taps + index * 16, g[j]);
    }
  }
}

/// Taps of sixteen channels and outputs, [channel][9][output], to their places in plain [k][c][3][3], or added there;
/// `row`: from one output to the next.
void put_taps(const float* taps, float* weights, std::int64_t row, bool add) {
  constexpr std::int64_t kCount = 16 * 9;
  float plain[16 * kCount];
  for (std::int64_t k = 0; k < 16; k += 8)
    for (std::int64_t i = 0; i < kCount; i += 8) transpose_eight(taps + i * 16 + k, 16, plain + k * kCount + i, kCount);
  for (std::int64_t k = 0; k < 16; ++k)
    for (std::int64_t i = 0; i < kCount; ++i)
      weights[k * row + i] = add ? weights[k * row + i] + plain[k * kCount + i] : plain[k * kCount + i];
}

/// The sums of sixteen outputs and the share's channels to `weights`, which are those of the first of both.
template <int Taps>
void transform_all_back(const Walk& w, const Scratch& s, const float* sums, float* weights, bool add) {
  alignas(64) float taps[16 * 9 * 16];
  for (std::int64_t c = 0; c < s.channels; c += 16) {
    for (std::int64_t i = 0; i < 16; ++i, sums += 16)
      for (std::int64_t phase = 0; phase < w.source.phases(); ++phase)
        for (int part = 0; part < 16; part += kLanes)
          transform_back<Taps>(w, sums + part, s.sums_stride, phase, taps + i * 9 * 16 + part);
    put_taps(taps, weights + c * 9, w.source.channels * 9, add);
  }
}

/// The tiles after a block.
Block after(const Walk& w, const Block& b, const Range& tiles) {
  const std::int64_t first = b.first + b.tiles;
  return {first, std::min(w.tiles, tiles.end - first)};
}

/// The source of a block, for the products of another with all outputs of the share.
Ahead source_ahead(const Walk& w, const Share& share, const Operands& o, const Block& b) {
  const float* planes = o.source + share.channels.first * 2 * w.source.plane();
  return tiles_ahead(w.tiling, w.source, planes, share.channels.size() * 16, b.first, b.tiles,
                     products(w, share) * share.outputs.size());
}

/// The gradient of a block and of the sixteen outputs from 16 k on, for the products of others.
Ahead gradient_ahead(const Walk& w, const Share& share, const Operands& o, const Block& b, std::int64_t k) {
  return tiles_ahead(w.tiling, w.gradient, o.gradient + k * 2 * w.gradient.plane(), 16, b.first, b.tiles,
                     products(w, share));
}

/// All products of a share over the tiles of one copy. Sixteen outputs at a time, so that their sums stay in the
/// second-level cache.
template <int Taps>
void multiply(const Walk& w, const Share& share, const Operands& o, std::int64_t copy, float* weights, float* memory) {
  const Scratch s(w, share, memory);
  const Range tiles(w.tiling.count, copy, w.copies);
  for (Block block{tiles.first, std::min(w.tiles, tiles.size())}; block.tiles > 0; block = after(w, block, tiles)) {
    const bool starts = block.first == tiles.first, ends = block.first + block.tiles == tiles.end;
    o.prologue.factor ? transform_source<Taps, Normalized>(w, share, s, block, o)
                      : transform_source<Taps, AsTheyAre>(w, share, s, block, o);
    Next next{{}, source_ahead(w, share, o, after(w, block, tiles))};
    for (std::int64_t k = share.outputs.first; k < share.outputs.end; ++k) {
      float* const sums = s.sums + (w.keeps_sums() ? k - share.outputs.first : 0) * s.sums_size;
      transform_gradient<Taps>(w, s, block, o, k * 16);
      next.gradient = k + 1 < share.outputs.end
                          ? gradient_ahead(w, share, o, block, k + 1)
                          : gradient_ahead(w, share, o, after(w, block, tiles), share.outputs.first);
      multiply_block(w, s, block, sums, w.keeps_sums() && !starts, next);
      if (w.keeps_sums() && !ends) continue;
      transform_all_back<Taps>(w, s, sums, weights + (k * w.source.channels + share.channels.first) * 16 * 9,
                               !w.keeps_sums() && !starts);
    }
  }
}

/// Floats of scratch of the thread that wants most.
std::int64_t thread_scratch(const Walk& w, int threads) {
  std::int64_t most = 0;
  for (int thread = 0; thread < threads; ++thread)
    most = std::max(most, Scratch(w, Share(w, thread, threads), nullptr).size);
  return most;
}

std::int64_t second_copy(const Walk& w) { return w.copies == 2 ? w.source.channels * w.gradient.channels * 9 : 0; }

}  // namespace

std::size_t workspace_size(const Problem& problem, Pass pass, int threads) {
  if (pass != Pass::weight_gradient) return apply_workspace(problem, pass, threads);
  const Walk walk(problem);
  return static_cast<std::size_t>(second_copy(walk) + threads * thread_scratch(walk, threads));
}

void weight_gradient(const Problem& problem, const float* source, const float* gradient, float* weights,
                     float* workspace, int threads, const Prologue& prologue) {
  const Walk w(problem);
  const Operands operands{source, gradient, prologue};
  float* const scratch = workspace + second_copy(w);
  const std::int64_t own = thread_scratch(w, threads);
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    const Share share(w, thread, threads);
    for (std::int64_t copy = w.copies == 1 ? 0 : share.half; copy < w.copies; copy += share.halves)
      (problem.stride == 1 ? multiply<3> : multiply<2>)(w, share, operands, copy, copy == 0 ? weights : workspace,
                                                        scratch + thread * own);
#pragma omp barrier
    const Range mine(second_copy(w), thread, threads);
    for (std::int64_t i = mine.first; i < mine.end; ++i) weights[i] += workspace[i];
  }
}

}  // namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET
