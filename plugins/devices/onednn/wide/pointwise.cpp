#include <omp.h>

#include <algorithm>

#include "ceiling.h"
#include "gemm.h"
#include "kernels.h"
#include "pack.h"
#include "pixels.h"

namespace gramstack::pointwise::GRAMSTACK_INSTRUCTION_SET {
namespace {

Pixels source_of(const Problem& p) {
  return {p.inputs, p.height, p.width, p.stride, p.output_height(), p.output_width()};
}
Pixels destination_of(const Problem& p) {
  return {p.outputs, p.output_height(), p.output_width(), 1, p.output_height(), p.output_width()};
}

/// forward() or data_gradient(): destination pixels [pixels][outputs] = source pixels [pixels][inputs] x weights.
struct Walk {
  /// A thread takes kBlock pixels at a time, kInputs inputs of them through kChunk outputs before the next ones: these
  /// pixels and weights stay in the first-level cache. Measured.
  static constexpr std::int64_t kBlock = 96, kInputs = 64, kChunk = 64;
  Pixels source, destination;
  std::int64_t line, per_line, blocks;  ///< pixels that are cut into per_line blocks: of an image, of all small ones

  Walk(const Problem& p, Pass pass) : source(source_of(p)), destination(destination_of(p)) {
    if (pass == Pass::data_gradient) std::swap(source, destination);
    const std::int64_t image = source.of_image();
    line = image < kBlock / 2 ? image * p.images : image;
    per_line = ceiling(line, kBlock);
    blocks = image * p.images / line * per_line;
  }

  Stretch block(std::int64_t i) const {
    if (i >= blocks) return {};
    const std::int64_t begin = i % per_line * kBlock;
    return {i / per_line * line + begin, std::min(kBlock, line - begin)};
  }
  /// Whether a block's pixels are neighbours in memory.
  bool is_whole(const Pixels& p) const { return p.stride == 1 && line == p.of_image(); }
  std::int64_t weights() const { return source.channels * destination.channels; }
  std::int64_t own() const { return kBlock * (source.channels + kChunk); }  ///< floats of a thread's scratch
};

/// The pixels in work.
struct Block {
  Stretch pixels;
  const float* source;  ///< groups of eight channels [pixels][8] where they are, or [count/kMostRows][..][kMostRows][8]
  std::int64_t group;   ///< how far those are apart; 0: copied
  float* sums;          ///< [chunk/16][count][16]
  float* destination;   ///< of the first pixel; null: they are not neighbours there
  Pieces next;          ///< of the block after this one

  /// Where outputs from `output` on go; null: into the sums.
  float* out(const Walk& w, std::int64_t output) const {
    return destination ? destination + output / 8 * w.destination.plane() : nullptr;
  }
};

/// Some inputs of all pixels times the weights of 16 outputs.
struct Slice {
  std::int64_t first, count;
  const float *weights, *ahead;  ///< ahead: the weights wanted next
  float *sums, *out;             ///< out: two planes that take the sums over all inputs; null: they stay
};

template <class Put>
void multiply_rows(const Walk& w, Block& b, const Slice& s, std::int64_t row, Put put) {
  constexpr int kFar = 6;  // lines for each eight inputs: 48 for kInputs, as many as a block has in a plane
  const std::int64_t rows = std::min<std::int64_t>(kMostRows, b.pixels.count - row);
  const std::int64_t group = b.group ? b.group : rows * 8, begin = b.group ? row * 8 : row * w.source.channels;
  const float* const left = b.source + begin + s.first / 8 * group;
  const Panels right{.first = s.weights, .ahead = s.ahead, .far = b.next.next_long()};
  const OnePanelSums sums{s.sums + row * 16};
  if (right.far)
    product_of(rows, s.count, left, BlockedSteps<8, kFar>{group}, right, sums, s.first > 0, put);
  else
    product_of(rows, s.count, left, BlockedSteps<8>{group}, right, sums, s.first > 0, put);
}

void multiply(const Walk& w, Block& b, const Slice& s) {
  for (std::int64_t row = 0; row < b.pixels.count; row += kMostRows) {
    if (s.out)
      multiply_rows(w, b, s, row, Stream{s.out + row * 8, s.out + w.destination.plane() + row * 8});
    else
      multiply_rows(w, b, s, row, Keep());
  }
}

/// Sums over all inputs for outputs `output` .. `output` + `outputs` - 1.
void multiply_chunk(const Walk& w, Block& b, const float* weights, std::int64_t output, std::int64_t outputs) {
  const std::int64_t inputs = w.source.channels;
  weights += output * inputs;
  for (std::int64_t first = 0, count = 0; first < inputs; first += count) {
    count = std::min(Walk::kInputs, inputs - first);
    const bool last = first + count == inputs;
    const float* const after = last ? weights + outputs * inputs : weights + (first + count) * 16;
    for (std::int64_t k = 0; k < outputs; k += 16) {
      const float* const panel = weights + k * inputs + first * 16;
      multiply(w, b,
               {first, count, panel, k + 16 < outputs ? panel + 16 * inputs : after, b.sums + k * b.pixels.count,
                last ? b.out(w, output + k) : nullptr});
    }
  }
}

/// From packed weights.
void apply_to(const Walk& w, std::int64_t i, const float* source, const float* weights, float* destination,
              float* scratch) {
  const Stretch pixels = w.block(i);
  const bool in_place = w.is_whole(w.source), streams = w.is_whole(w.destination);
  Block b{pixels,
          in_place ? source + w.source.at(pixels.first) : scratch,
          in_place ? w.source.plane() : 0,
          scratch + Walk::kBlock * w.source.channels,
          streams ? destination + w.destination.at(pixels.first) : nullptr,
          {w.source, w.block(i + 1), source}};
  if (!in_place) gather<1>(w.source, pixels, kMostRows, source, scratch);
  for (std::int64_t output = 0; output < w.destination.channels; output += Walk::kChunk) {
    const std::int64_t chunk = std::min(Walk::kChunk, w.destination.channels - output);
    multiply_chunk(w, b, weights, output, chunk);
    for (std::int64_t k = 0; k < chunk && !streams; k += 16)
      scatter(w.destination, pixels, b.sums + k * pixels.count, output + k, destination);
  }
}

/// `weights`: a vector for each output.
void apply(const Walk& w, const float* source, const Factor& weights, float* destination, float* workspace,
           int threads) {
#pragma omp parallel num_threads(threads)
  {
    const std::int64_t thread = omp_get_thread_num(), groups = w.destination.channels / 16;
    const std::int64_t size = 16 * w.source.channels;
    for (std::int64_t g = groups * thread / threads; g < groups * (thread + 1) / threads; ++g)
      pack(weights, g * 16, 16, 0, w.source.channels, 16, workspace + g * size);
#pragma omp barrier
    for (std::int64_t i = w.blocks * thread / threads; i < w.blocks * (thread + 1) / threads; ++i)
      apply_to(w, i, source, workspace, destination, workspace + w.weights() + thread * w.own());
    _mm_sfence();  // for the streaming stores
  }
}

/// The sums of one thread.
struct WeightGradient {
  /// In registers at a time.
  static constexpr std::int64_t kFilters = kMostRows < 8 ? 4 : 8, kInputs = kPanels<PackedSteps<8>> * 16;
  Pixels source, gradient;
  std::int64_t pixels;
  /// Pixels that are worked on at a time: two panels of them stay in the first-level cache. More where the sums, which
  /// are read and written for each block, outgrow the second one. Measured.
  std::int64_t unit;

  explicit WeightGradient(const Problem& p)
      : source(source_of(p)),
        gradient(destination_of(p)),
        pixels(p.images * gradient.of_image()),
        unit(weights() > std::int64_t{1} << 20 ? 256 : 128) {}

  std::int64_t blocks() const { return ceiling(pixels, unit); }
  Stretch block(std::int64_t i) const { return {i * unit, std::clamp<std::int64_t>(pixels - i * unit, 0, unit)}; }
  std::int64_t weights() const { return source.channels * gradient.channels; }
  std::int64_t own() const { return weights() + unit * (source.channels + gradient.channels); }

  /// Adds a block's sums, or begins with them.
  void add(std::int64_t i, const float* x, const float* dy, float* copies, float* sums, bool more) const {
    const Stretch all = block(i);
    const bool in_place = gradient.of_image() % unit == 0;
    float* const copy = copies + unit * source.channels;
    gather<2>(source, all, unit, x, copies);
    if (!in_place) gather<1>(gradient, all, unit, dy, copy);
    const float* const rows = in_place ? dy + gradient.at(all.first) : copy;
    const std::int64_t group = in_place ? gradient.plane() : all.count * 8;
    Pieces next_x(source, source.stride == 1 ? block(i + 1) : Stretch{}, x), next_dy(gradient, block(i + 1), dy);
    for (std::int64_t c = 0; c < source.channels; c += kInputs)
      for (std::int64_t k = 0; k < gradient.channels; k += kFilters) {
        const float* far = next_x.next();
        if (!far) far = next_dy.next();
        const std::int64_t panels = std::min(kInputs, source.channels - c) / 16;
        multiply(all.count, rows + k / 8 * group + k % 8,
                 {.first = copies + c * all.count, .count = panels, .apart = 16 * all.count, .far = far},
                 {sums + k * source.channels + c, source.channels}, more);
      }
  }

  /// Of kFilters filters. The sums that come next are fetched.
  static void multiply(std::int64_t steps, const float* rows, const Panels& panels, const Sums& sums, bool more) {
    for (std::int64_t i = 0; i < kFilters; ++i)
      for (std::int64_t p = 0; p < panels.count; ++p) __builtin_prefetch(sums.at(i + kFilters, p));
    if (panels.far && steps % 2 == 0)
      product_of(kFilters, steps, rows, PackedSteps<8, 1>(), panels, sums, more);
    else
      product_of(kFilters, steps, rows, PackedSteps<8>(), panels, sums, more);
  }
};

}  // namespace

std::size_t workspace_size(const Problem& p, Pass pass, int threads) {
  if (pass == Pass::weight_gradient) return static_cast<std::size_t>(WeightGradient(p).own() * threads);
  const Walk w(p, pass);
  return static_cast<std::size_t>(w.weights() + w.own() * threads);
}

void forward(const Problem& p, const float* source, const float* weights, float* destination, float* workspace,
             int threads) {
  apply(Walk(p, Pass::forward), source, {weights, p.outputs, p.inputs, true}, destination, workspace, threads);
}

void data_gradient(const Problem& p, const float* gradient, const float* weights, float* source_gradient,
                   float* workspace, int threads) {
  apply(Walk(p, Pass::data_gradient), gradient, {weights, p.inputs, p.inputs, false}, source_gradient, workspace,
        threads);
}

void weight_gradient(const Problem& p, const float* source, const float* gradient, float* weights, float* workspace,
                     int threads) {
  const WeightGradient task(p);
#pragma omp parallel num_threads(threads)
  {
    const std::int64_t thread = omp_get_thread_num(), size = task.weights();
    float* const sums = workspace + thread * task.own();
    const std::int64_t first = task.blocks() * thread / threads, end = task.blocks() * (thread + 1) / threads;
    if (first == end) std::fill_n(sums, size, 0.0F);
    for (std::int64_t i = first; i < end; ++i) task.add(i, source, gradient, sums + size, sums, i > first);
#pragma omp barrier
    for (std::int64_t i = size * thread / threads; i < size * (thread + 1) / threads; ++i) {
      float sum = workspace[i];
      for (std::int64_t t = 1; t < threads; ++t) sum += workspace[t * task.own() + i];
      weights[i] = sum;
    }
  }
}

}  // namespace gramstack::pointwise::GRAMSTACK_INSTRUCTION_SET
