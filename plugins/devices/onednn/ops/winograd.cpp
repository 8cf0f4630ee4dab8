#include "ops/winograd.h"

#if defined(__x86_64__)
#include "avx2/winograd.h"
#include "kernels/table.h"

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
         winograd::supports(problem_of(s)) && &kernels() == &avx2::kKernels;
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
  const std::size_t transformed = gradient ? 0 : (winograd::weight_size(problem) + 15) / 16 * 16;
  const std::size_t scratch = winograd::workspace_size(problem, pass, threads);
  const Workspace* workspace = preparation.workspace((transformed + scratch) * sizeof(float));
  preparation.note("winograd");
  return [=, left = preparation.in(0), right = preparation.in(1), out = preparation.out(0)] {
    float* const weights = workspace->data();
    float* const rest = weights + transformed;
    if (gradient) return winograd::weight_gradient(problem, left, right, out, rest, threads);
    winograd::transform_weights(problem, pass, right, weights, threads);
    if (pass == Pass::forward) return winograd::forward(problem, left, weights, out, rest, threads);
    winograd::data_gradient(problem, left, weights, out, rest, threads);
  };
}

}  // namespace gramstack::onednn
#else
namespace gramstack::onednn {

bool prefers_winograd(const Settings&, const ConvolutionShape&) { return false; }
Run prepare_winograd(Preparation&, Direction, const ConvolutionShape&) { return {}; }

}  // namespace gramstack::onednn
#endif
