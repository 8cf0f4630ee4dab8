#include <algorithm>

#include "kernels.h"
#include "transpose.h"
#include "winograd_filters.h"
#include "winograd_tiles.h"

namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET {
namespace {

/// Transformed weights of more floats go past the caches.
constexpr std::size_t kCached = std::size_t{4} << 20;

/// The filters of 16 outputs that read one input, tap by tap, and behind them zeros. `weights`: filter of the first
/// output; the others follow `stride` floats apart.
struct SixteenFilters {
  SixteenFilters(const float* weights, std::int64_t stride) {
    for (int lane = 0; lane < 16; lane += 8) transpose_eight(weights + lane * stride, stride, taps[0] + lane, 16);
    for (int lane = 0; lane < 16; ++lane) taps[8][lane] = weights[lane * stride + 8];
    std::fill_n(taps[9], 16, 0.0F);
  }
  alignas(64) float taps[10][16];
};

/// The taps that a phase's small filters are made of, row by row; 9: zeros.
template <int Taps>
struct Order {
  Order(const Problem& p, Pass pass, std::int64_t phase) {
    for (int i = 0; i < Taps * Taps; ++i) {
      const int index = filter_index(p.stride, pass, phase, i / Taps, i % Taps);
      taps[i] = index < 0 ? 9 : index;
    }
  }
  int taps[Taps * Taps];
};

/// G g G^T of a vector of filters, point p to out[p * point_stride]; past the caches if asked for.
template <int Taps, bool kPast>
void transform(const SixteenFilters& filters, const Order<Taps>& order, int first, float* out,
               std::int64_t point_stride) {
  constexpr int kSize = patch(Taps);
  Vector columns[kSize * Taps];
  for (int j = 0; j < Taps; ++j) {
    Vector g[Taps], points[kSize];
    for (int i = 0; i < Taps; ++i) g[i] = load(filters.taps[order.taps[i * Taps + j]] + first);
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
void transform(const SixteenFilters& filters, const Order<Taps>& order, float* out, std::int64_t point_stride) {
  constexpr bool kByLines = kPast && kLanes < 16;
  alignas(64) float lines[kByLines ? patch(Taps) * patch(Taps) * 16 : 16];
  for (int first = 0; first < 16; first += kLanes)
    transform<Taps, kPast && !kByLines>(filters, order, first, (kByLines ? lines : out) + first,
                                        kByLines ? 16 : point_stride);
  for (int i = 0; kByLines && i < patch(Taps) * patch(Taps) * 16; i += kLanes)
    stream(out + i / 16 * point_stride + i % 16, load(lines + i));
}

/// Where the filters of a pass lie. Their points go to [points][product_outputs/16][product_inputs][16]: of the
/// products, the source's channels (forward: inputs, data gradient: outputs) are counted phase by phase.
struct Places {
  bool back;
  std::int64_t outputs, inputs, product_outputs, product_inputs, output_stride, input_stride, point_stride;

  Places(const Problem& p, Pass pass)
      : back(pass == Pass::data_gradient),
        outputs(back ? p.inputs : p.outputs),
        inputs(back ? p.outputs : p.inputs),
        product_outputs(back ? outputs * p.stride * p.stride : outputs),
        product_inputs(back ? inputs : inputs * p.stride * p.stride),
        output_stride(back ? 9 : p.inputs * 9),
        input_stride(back ? p.inputs * 9 : 9),
        point_stride(product_outputs * product_inputs + kPad) {}

  std::int64_t phase(std::int64_t output, std::int64_t input) const { return back ? output / outputs : input / inputs; }
  std::int64_t filter(std::int64_t output, std::int64_t input) const {
    return output % outputs * output_stride + input % inputs * input_stride;
  }
};

template <int Taps, bool kPast>
void transform_some(const Problem& p, Pass pass, const float* weights, float* transformed, int part, int parts) {
  const Places at(p, pass);
  const Order<Taps> orders[4] = {{p, pass, 0}, {p, pass, 1}, {p, pass, 2}, {p, pass, 3}};
  const Range mine(at.product_outputs / 16 * at.product_inputs, part, parts);
  for (std::int64_t i = mine.first; i < mine.end; ++i) {
    const std::int64_t output = i / at.product_inputs * 16, input = i % at.product_inputs;
    const SixteenFilters filters(weights + at.filter(output, input), at.output_stride);
    transform<Taps, kPast>(filters, orders[at.phase(output, input)], transformed + i * 16, at.point_stride);
  }
  _mm_sfence();  // for what goes past the caches
}

}  // namespace

std::size_t weight_size(const Problem& p) {
  const std::int64_t points = p.stride == 1 ? patch(3) * patch(3) : patch(2) * patch(2);
  return static_cast<std::size_t>(points * Places(p, Pass::forward).point_stride);
}

void transform_weights(const Problem& p, Pass pass, const float* weights, float* transformed, int part, int parts) {
  const bool past = weight_size(p) > kCached;
  if (p.stride == 1)
    (past ? transform_some<3, true> : transform_some<3, false>)(p, pass, weights, transformed, part, parts);
  else
    (past ? transform_some<2, true> : transform_some<2, false>)(p, pass, weights, transformed, part, parts);
}

}  // namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET
