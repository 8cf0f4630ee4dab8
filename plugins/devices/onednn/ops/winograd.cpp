#include "ops/winograd.h"

#if defined(__x86_64__)
#include <cmath>

#include "common/normalization.h"
#include "wide/wide.h"

namespace gramstack::onednn {
namespace {

using winograd::Pass;
using winograd::Problem;

Problem problem_of(const ConvolutionShape& s) { return {s.images, s.channels, s.filters, s.height, s.width, s.stride}; }

Pass pass_of(Direction direction) {
  if (direction == Direction::forward) return Pass::forward;
  return direction == Direction::data_gradient ? Pass::data_gradient : Pass::weight_gradient;
}

bool has_kernels(const ConvolutionShape& s) {
  return s.x == Layout::blocked && s.y == Layout::blocked && s.size == 3 && s.padding == 1 && !s.bias &&
         winograd::supports(problem_of(s)) && wide::best();
}

Index tiles(Index extent) { return (extent + 3) / 4; }

/// Tiles of 4x4 outputs that hang over the edge are wasted work.
bool wastes_little(const ConvolutionShape& s) {
  return 2 * s.out_height * s.out_width >= 16 * tiles(s.out_height) * tiles(s.out_width);
}

/// The transforms cost as much as they save when there are few channels to multiply over.
bool pays(const ConvolutionShape& s) { return s.channels >= 32 && s.filters >= 32 && wastes_little(s); }

}  // namespace

bool prefers_winograd(const Settings& settings, const ConvolutionShape& shape) {
  if (settings.convolution == ConvolutionAlgorithm::direct || !has_kernels(shape)) return false;
  return settings.convolution == ConvolutionAlgorithm::winograd || pays(shape);
}

Run prepare_winograd(Preparation& preparation, Direction direction, const ConvolutionShape& shape) {
  const Problem problem = problem_of(shape);
  const Pass pass = pass_of(direction);
  const int threads = preparation.threads();
  const bool gradient = pass == Pass::weight_gradient;
  const winograd::Kernels& kernels = wide::best()->winograd;
  const std::size_t transformed = gradient ? 0 : (kernels.weight_size(problem) + 15) / 16 * 16;
  const std::size_t scratch = kernels.workspace_size(problem, pass, threads);
  const Workspace* workspace = preparation.workspace((transformed + scratch) * sizeof(float));
  preparation.note("winograd");
  return [=, &kernels, left = preparation.in(0), right = preparation.in(1), out = preparation.out(0)] {
    float* const weights = workspace->data();
    float* const rest = weights + transformed;
    if (gradient) return kernels.weight_gradient(problem, left, right, out, rest, threads);
    kernels.transform_weights(problem, pass, right, weights, threads);
    if (pass == Pass::forward) return kernels.forward(problem, left, weights, out, rest, threads, {});
    kernels.data_gradient(problem, left, weights, out, rest, threads);
  };
}

namespace {

/// Scale, shift, mean and variance of normalised channels, as the factor and the shift of an epilogue.
struct GivenStatistics {
  GivenStatistics(const Preparation& p, Index count)
      : scale(p.in(2)),
        shift(p.in(3)),
        mean(p.in(4)),
        variance(p.in(5)),
        channels(count),
        epsilon(p.attributes().real("epsilon")) {}

  void fold(float* factors, float* shifts) const {
    for (Index i = 0; i < channels; ++i) {
      factors[i] = scale[i] / static_cast<float>(std::sqrt(static_cast<double>(variance[i]) + epsilon));
      shifts[i] = shift[i] - mean[i] * factors[i];
    }
  }

  const float *scale, *shift, *mean, *variance;
  Index channels;
  double epsilon;
};

}  // namespace

Run prepare_winograd_normalized(Preparation& p, const ConvolutionShape& shape) {
  const Problem problem = problem_of(shape);
  const int threads = p.threads();
  const GivenStatistics statistics(p, shape.filters);
  const winograd::Kernels& kernels = wide::best()->winograd;
  const std::size_t transformed = (kernels.weight_size(problem) + 15) / 16 * 16;
  const std::size_t vectors = static_cast<std::size_t>(2 * shape.filters);  // a multiple of 16
  const std::size_t scratch = kernels.workspace_size(problem, Pass::forward, threads);
  const Workspace* workspace = p.workspace((transformed + vectors + scratch) * sizeof(float));
  const bool relu = p.attributes().find(compiler::kFusedRelu) != nullptr;
  p.note("winograd");
  return [=, &kernels, x = p.in(0), weights = p.in(1), add = p.inputs() > 6 ? p.in(6) : nullptr, y = p.out(0)] {
    float* const points = workspace->data();
    float* const factors = points + transformed;
    float* const shifts = factors + shape.filters;
    statistics.fold(factors, shifts);
    kernels.transform_weights(problem, Pass::forward, weights, points, threads);
    kernels.forward(problem, x, points, y, factors + vectors, threads, {factors, shifts, add, relu});
  };
}

}  // namespace gramstack::onednn
#else
namespace gramstack::onednn {

bool prefers_winograd(const Settings&, const ConvolutionShape&) { return false; }
Run prepare_winograd(Preparation&, Direction, const ConvolutionShape&) { return {}; }
Run prepare_winograd_normalized(Preparation&, const ConvolutionShape&) { return {}; }

}  // namespace gramstack::onednn
#endif
