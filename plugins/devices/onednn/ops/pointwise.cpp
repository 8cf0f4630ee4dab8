#include "ops/pointwise.h"

#if defined(__x86_64__)
#include "wide/wide.h"

namespace gramstack::onednn {
namespace {

using pointwise::Pass;
using pointwise::Problem;

Problem problem_of(const ConvolutionShape& s) { return {s.images, s.channels, s.filters, s.height, s.width, s.stride}; }

}  // namespace

bool prefers_pointwise(const Settings& settings, const ConvolutionShape& s) {
  return settings.convolution != ConvolutionAlgorithm::direct && s.x == Layout::blocked && s.y == Layout::blocked &&
         s.size == 1 && s.padding == 0 && !s.bias && pointwise::supports(problem_of(s)) && wide::best();
}

Run prepare_pointwise(Preparation& preparation, Direction direction, const ConvolutionShape& shape) {
  const Problem problem = problem_of(shape);
  const int threads = preparation.threads();
  const pointwise::Kernels& kernels = wide::best()->pointwise;
  const auto prepare = [&](Pass pass, const auto& kernel) -> Run {
    const Workspace* workspace = preparation.workspace(kernels.workspace_size(problem, pass, threads) * sizeof(float));
    return [=, left = preparation.in(0), right = preparation.in(1), out = preparation.out(0)] {
      kernel(problem, left, right, out, workspace->data(), threads);
    };
  };
  preparation.note("pointwise");
  switch (direction) {
    case Direction::forward:
      return prepare(Pass::forward, kernels.forward);
    case Direction::data_gradient:
      return prepare(Pass::data_gradient, kernels.data_gradient);
    case Direction::weight_gradient:
      return prepare(Pass::weight_gradient, kernels.weight_gradient);
  }
  return {};
}

}  // namespace gramstack::onednn
#else
namespace gramstack::onednn {

bool prefers_pointwise(const Settings&, const ConvolutionShape&) { return false; }
Run prepare_pointwise(Preparation&, Direction, const ConvolutionShape&) { return {}; }

}  // namespace gramstack::onednn
#endif
