#include <omp.h>

#include "kernels.h"
#include "winograd_filters.h"
#include "winograd_tiles.h"

namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET {
namespace {

/// Transformed weights of more floats go past the caches.
constexpr std::size_t kCached = std::size_t{4} << 20;

/// The small filters of 16 outputs that read one input, tap by tap.
template <int Taps>
struct Filters {
  alignas(64) float taps[Taps * Taps][16];
};

/// `weights`: filter of the first of the 16 outputs; the others follow `stride` floats apart.
template <int Taps>
Filters<Taps> gather(const Problem& p, Pass pass, std::int64_t phase, const float* weights, std::int64_t stride) {
  Filters<Taps> filters;
  for (int i = 0; i < Taps; ++i) {
    for (int j = 0; j < Taps; ++j) {
      const int index = filter_index(p.stride, pass, phase, i, j);
      for (int lane = 0; lane < 16; ++lane) {
        filters.taps[i * Taps + j][lane] = index < 0 ? 0 : weights[lane * stride + index];
      }
    }
  }
  return filters;
}

/// G g G^T of a vector of filters, point p to out[p * point_stride]; past the caches if asked for.
template <int Taps, bool kPast>
void transform(const Filters<Taps>& filters, int first, float* out, std::int64_t point_stride) {
  constexpr int kSize = patch(Taps);
  Vector columns[kSize * Taps];
  for (int j = 0; j < Taps; ++j) {
    Vector g[Taps], points[kSize];
    for (int i = 0; i < Taps; ++i) g[i] = load(filters.taps[i * Taps + j] + first);
    filter_transform(g, points);
    for (int i = 0; i < kSize; ++i) columns[i * Taps + j] = points[i];
  }
  for (int i = 0; i < kSize; ++i) {
    Vector g[Taps], points[kSize];
    for (int j = 0; j < Taps; ++j) g[j] = columns[i * Taps + j];
    filter_transform(g, points);
    for (int j = 0; j < kSize; ++j) {
      float* const point = out + (i * kSize + j) * point_stride;
      kPast ? stream(point, points[j]) : store(point, points[j]);
    }
  }
}

/// The same of sixteen filters. Only whole lines go past the caches: vectors of half a line are put together first.
template <int Taps, bool kPast>
void transform(const Filters<Taps>& filters, float* out, std::int64_t point_stride) {
  constexpr bool kByLines = kPast && kLanes < 16;
  alignas(64) float lines[kByLines ? patch(Taps) * patch(Taps) * 16 : 16];
  for (int first = 0; first < 16; first += kLanes)
    transform<Taps, kPast && !kByLines>(filters, first, (kByLines ? lines : out) + first, kByLines ? 16 : point_stride);
  for (int i = 0; kByLines && i < patch(Taps) * patch(Taps) * 16; i += kLanes)
    stream(out + i / 16 * point_stride + i % 16, load(lines + i));
}

/// Where the filters of a pass lie, and where their points go: [points][outputs/16][inputs][16], the source's channels
/// (forward: inputs, data gradient: outputs) counted phase by phase.
struct Places {
  bool back;
  std::int64_t phases, outputs, inputs, output_stride, input_stride, point_stride;

  Places(const Problem& p, Pass pass)
      : back(pass == Pass::data_gradient),
        phases(p.stride * p.stride),
        outputs(back ? p.inputs : p.outputs),
        inputs(back ? p.outputs : p.inputs),
        output_stride(back ? 9 : p.inputs * 9),
        input_stride(back ? p.inputs * 9 : 9),
        point_stride(outputs * inputs * phases + kPad) {}

  std::int64_t count() const { return phases * outputs / 16 * inputs; }
  std::int64_t point(std::int64_t phase, std::int64_t k, std::int64_t c) const {
    return back ? (phase * outputs + k) * inputs + c * 16 : k * inputs * phases + (phase * inputs + c) * 16;
  }
};

template <int Taps, bool kPast>
void transform_some(const Problem& p, Pass pass, const Places& at, const float* weights, float* transformed,
                    const Range& mine) {
  for (std::int64_t i = mine.first; i < mine.end; ++i) {
    const std::int64_t c = i % at.inputs, k = i / at.inputs * 16 % at.outputs, phase = i / at.inputs * 16 / at.outputs;
    const Filters<Taps> filters =
        gather<Taps>(p, pass, phase, weights + k * at.output_stride + c * at.input_stride, at.output_stride);
    transform<Taps, kPast>(filters, transformed + at.point(phase, k, c), at.point_stride);
  }
  _mm_sfence();  // for what goes past the caches
}

template <int Taps>
void transform_all(const Problem& p, Pass pass, const float* weights, float* transformed, int threads) {
  const Places at(p, pass);
  const bool past = weight_size(p) > kCached;
#pragma omp parallel num_threads(threads)
  {
    const Range mine(at.count(), omp_get_thread_num(), threads);
    if (past)
      transform_some<Taps, true>(p, pass, at, weights, transformed, mine);
    else
      transform_some<Taps, false>(p, pass, at, weights, transformed, mine);
  }
}

}  // namespace

void transform_weights(const Problem& problem, Pass pass, const float* weights, float* transformed, int threads) {
  if (problem.stride == 1)
    transform_all<3>(problem, pass, weights, transformed, threads);
  else
    transform_all<2>(problem, pass, weights, transformed, threads);
}

}  // namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET
