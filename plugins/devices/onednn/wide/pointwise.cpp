#include <omp.h>

#include <algorithm>

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
Pieces pieces_of(const Problem& p) { return {p.images, p.output_height(), p.output_width()}; }

/// forward() or data_gradient(): destination pixels [pixels][outputs] = source pixels [pixels][inputs] x weights.
struct Walk {
  Pixels source, destination;
  Pieces pieces;

  Walk(const Problem& p, Pass pass) : source(source_of(p)), destination(destination_of(p)), pieces(pieces_of(p)) {
    if (pass == Pass::data_gradient) std::swap(source, destination);
  }

  std::int64_t weights() const { return source.channels * destination.channels; }
  std::int64_t own() const { return pieces.pixels * (source.channels + 16); }  ///< floats of a thread's scratch
};

/// All channels of some pixels: [channels/8][..][8], blocks `group` floats apart.
struct Rows {
  const float* data;
  std::int64_t count, group;
};

/// Where they are, or copied together.
Rows rows_of(const Pixels& p, const Piece& piece, const float* tensor, float* copy) {
  const std::int64_t count = piece.images * piece.rows * p.columns;
  if (p.stride == 1 && piece.images == 1)
    return {tensor + piece.image * p.planes() * p.plane() + piece.row * p.width * 8, count, p.plane()};
  gather<1>(p, piece, tensor, copy);
  return {copy, count, count * 8};
}

/// [rows][16] sums over all inputs. `ahead`: the weights wanted next.
void multiply(const Walk& w, const Rows& rows, const float* weights, float* sums, const float* ahead) {
  for (std::int64_t c = 0; c < w.source.channels; c += kDepth) {
    const std::int64_t depth = std::min(kDepth, w.source.channels - c);
    for (std::int64_t row = 0; row < rows.count; row += kMostRows)
      product_of(std::min<std::int64_t>(kMostRows, rows.count - row), depth, rows.data + c / 8 * rows.group + row * 8,
                 BlockedSteps<8>{rows.group}, {.first = weights + c * 16, .ahead = ahead + c * 16}, sums + row * 16, 16,
                 c > 0);
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
    float* const copy = workspace + w.weights() + thread * w.own();
    float* const sums = copy + w.pieces.pixels * w.source.channels;
    const std::int64_t end = w.pieces.count * (thread + 1) / threads;
    for (std::int64_t i = w.pieces.count * thread / threads; i < end; ++i) {
      const Piece piece = w.pieces[i];
      const Rows rows = rows_of(w.source, piece, source, copy);
      for (std::int64_t g = 0; g < groups; ++g) {
        multiply(w, rows, workspace + g * size, sums, workspace + (g + 1) * size);
        scatter(w.destination, piece, sums, g * 16, destination);
      }
    }
    _mm_sfence();  // for the streaming stores of scatter
  }
}

/// The sums of one thread.
struct WeightGradient {
  /// In registers at a time.
  static constexpr std::int64_t kFilters = kMostRows < 8 ? 4 : 8, kInputs = kPanels<PackedSteps<8>> * 16;
  Pixels source, gradient;
  Pieces pieces;

  explicit WeightGradient(const Problem& p) : source(source_of(p)), gradient(destination_of(p)), pieces(pieces_of(p)) {}

  std::int64_t weights() const { return source.channels * gradient.channels; }
  std::int64_t own() const { return weights() + pieces.pixels * (source.channels + gradient.channels); }

  void add(const Piece& piece, const float* x, const float* dy, float* copies, float* sums, bool more) const {
    gather<2>(source, piece, x, copies);
    const Rows rows = rows_of(gradient, piece, dy, copies + pieces.pixels * source.channels);
    for (std::int64_t c = 0; c < source.channels; c += kInputs) {
      const std::int64_t panels = std::min(kInputs, source.channels - c) / 16;
      for (std::int64_t k = 0; k < gradient.channels; k += kFilters)
        product_of(kFilters, rows.count, rows.data + k / 8 * rows.group + k % 8, PackedSteps<8>(),
                   {copies + c * rows.count, panels, 16 * rows.count}, sums + k * source.channels + c, source.channels,
                   more);
    }
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
    const std::int64_t first = task.pieces.count * thread / threads, end = task.pieces.count * (thread + 1) / threads;
    if (first == end) std::fill_n(sums, size, 0.0F);
    for (std::int64_t i = first; i < end; ++i) task.add(task.pieces[i], source, gradient, sums + size, sums, i > first);
#pragma omp barrier
    for (std::int64_t i = size * thread / threads; i < size * (thread + 1) / threads; ++i) {
      float sum = workspace[i];
      for (std::int64_t t = 1; t < threads; ++t) sum += workspace[t * task.own() + i];
      weights[i] = sum;
    }
  }
}

}  // namespace gramstack::pointwise::GRAMSTACK_INSTRUCTION_SET
