#include <omp.h>

#include "kernels.h"
#include "winograd_filters.h"
#include "winograd_tiles.h"

namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET {
namespace {

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

/// G g G^T of a vector of filters, point p to out[p * point_stride].
template <int Taps>
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
    for (int j = 0; j < kSize; ++j) store(out + (i * kSize + j) * point_stride, points[j]);
  }
}

/// transformed: [points][outputs/16][inputs][16], where the source's channels (forward: inputs, data gradient: outputs)
/// are counted phase by phase.
template <int Taps>
void transform_all(const Problem& p, Pass pass, const float* weights, float* transformed, int threads) {
  const bool back = pass == Pass::data_gradient;
  const std::int64_t phases = p.stride * p.stride, outputs = back ? p.inputs : p.outputs;
  const std::int64_t inputs = back ? p.outputs : p.inputs, point_stride = outputs * inputs * phases + kPad;
  const std::int64_t output_stride = back ? 9 : p.inputs * 9, input_stride = back ? p.inputs * 9 : 9;
  const std::int64_t depth = back ? inputs : inputs * phases;
#pragma omp parallel for collapse(3) num_threads(threads)
  for (std::int64_t phase = 0; phase < phases; ++phase) {
    for (std::int64_t k = 0; k < outputs; k += 16) {
      for (std::int64_t c = 0; c < inputs; ++c) {
        const Filters<Taps> filters =
            gather<Taps>(p, pass, phase, weights + k * output_stride + c * input_stride, output_stride);
        const std::int64_t row = back ? phase * outputs + k : k, column = back ? c : phase * inputs + c;
        for (int first = 0; first < 16; first += kLanes)
          transform(filters, first, transformed + row * depth + column * 16 + first, point_stride);
      }
    }
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
