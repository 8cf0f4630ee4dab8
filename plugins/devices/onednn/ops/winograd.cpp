#include "ops/winograd.h"

#if defined(__x86_64__)
#include <optional>

#include "common/normalization.h"
#include "ops/even_blocks.h"
#include "ops/normalization.h"
#include "statistics.h"
#include "wide/wide.h"

namespace gramstack::onednn {
namespace {

using winograd::Pass;
using winograd::Problem;

/// Channels and filters rounded up to sixteens.
Problem problem_of(const ConvolutionShape& s) {
  return {s.images, WideFilters::rounded(s.channels), WideFilters::rounded(s.filters), s.height, s.width, s.stride};
}

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
bool pays(const ConvolutionShape& s) { return s.channels >= 24 && s.filters >= 24 && wastes_little(s); }

}  // namespace

bool prefers_winograd(const Settings& settings, const ConvolutionShape& shape) {
  if (settings.convolution == ConvolutionAlgorithm::direct || !has_kernels(shape)) return false;
  return settings.convolution == ConvolutionAlgorithm::winograd || pays(shape);
}

namespace {

/// The operands of one direction, and their copies of sixteens of channels where they need them.
class Operands {
 public:
  Operands(const Preparation& p, Direction direction, const ConvolutionShape& s)
      : direction_(direction),
        x_{s.images, blocks(s.channels), s.height * s.width},
        y_{s.images, blocks(s.filters), s.out_height * s.out_width},
        filters_{s.filters, s.channels, 9},
        left_(p.in(0)),
        right_(p.in(1)),
        out_(p.out(0)),
        threads_(p.threads()) {}

  /// Floats of all copies; each is a multiple of sixteen.
  Index floats() const { return x_.floats() + y_.floats() + filters_.floats(); }

  /// run(left, right, out): of the problem rounded up. `copies`: 64-byte aligned.
  template <class Kernel>
  void run(float* copies, const Kernel& kernel) const {
    float* const x = copies;
    float* const y = x + x_.floats();
    float* const w = y + y_.floats();
    if (direction_ == Direction::forward) {
      kernel(wide(x_, left_, x), wide_filters(w), y_.odd() ? y : out_);
      if (y_.odd()) y_.narrow(y, out_, threads_);
    } else if (direction_ == Direction::data_gradient) {
      kernel(wide(y_, left_, y), wide_filters(w), x_.odd() ? x : out_);
      if (x_.odd()) x_.narrow(x, out_, threads_);
    } else {
      kernel(wide(x_, left_, x), wide(y_, right_, y), filters_.needed() ? w : out_);
      if (filters_.needed()) filters_.narrow(w, out_);
    }
  }

 private:
  const float* wide(const EvenBlocks& blocks, const float* tensor, float* copy) const {
    if (!blocks.odd()) return tensor;
    blocks.widen(tensor, copy, threads_);
    return copy;
  }
  const float* wide_filters(float* copy) const {
    if (!filters_.needed()) return right_;
    filters_.widen(right_, copy);
    return copy;
  }

  Direction direction_;
  EvenBlocks x_, y_;
  WideFilters filters_;
  const float *left_, *right_;
  float* out_;
  int threads_;
};

}  // namespace

namespace {

std::optional<ResultStatistics> result_statistics(const Preparation& p) {
  if (!p.attributes().find(kWithStatistics)) return std::nullopt;
  return ResultStatistics(p, winograd::kSummedTiles * 16);
}

/// `statistics`: those that the source is normalised with as it is read.
Run prepare_pass(Preparation& preparation, Direction direction, const ConvolutionShape& shape,
                 const std::optional<GivenStatistics>& statistics) {
  const Problem problem = problem_of(shape);
  const Pass pass = pass_of(direction);
  const int threads = preparation.threads();
  const winograd::Kernels& kernels = wide::best()->winograd;
  const Operands operands(preparation, direction, shape);
  const std::size_t copies = static_cast<std::size_t>(operands.floats());
  const std::size_t vectors = statistics ? static_cast<std::size_t>(2 * shape.channels) : 0;  // a multiple of 16
  const std::optional<ResultStatistics> result = result_statistics(preparation);
  const std::size_t sums = result ? result->floats() : 0;  // a multiple of 16
  const std::size_t scratch = kernels.workspace_size(problem, pass, threads);
  const Workspace* workspace = preparation.workspace((copies + vectors + sums + scratch) * sizeof(float));
  preparation.note("winograd");
  return [=, &kernels] {
    float* const factors = workspace->data() + copies;
    float* const outputs = factors + vectors;
    float* const rest = outputs + sums;
    winograd::Prologue prologue;
    if (statistics) {
      prologue = {factors, factors + problem.inputs};
      statistics->fold(factors, factors + problem.inputs);
    }
    winograd::Epilogue epilogue;
    if (result) epilogue.sums = outputs;
    operands.run(workspace->data(), [&](const float* left, const float* right, float* out) {
      if (pass == Pass::weight_gradient)
        return kernels.weight_gradient(problem, left, right, out, rest, threads, prologue);
      if (pass == Pass::forward) return kernels.forward(problem, left, right, out, rest, threads, prologue, epilogue);
      kernels.data_gradient(problem, left, right, out, rest, threads);
    });
    if (result) result->write(outputs);
  };
}

}  // namespace

Run prepare_winograd(Preparation& preparation, Direction direction, const ConvolutionShape& shape) {
  return prepare_pass(preparation, direction, shape, std::nullopt);
}

bool winograd_takes_normalization(const ConvolutionShape& shape) {
  return shape.channels % 16 == 0 && shape.filters % 16 == 0;
}

bool winograd_gives_statistics(const ConvolutionShape& shape) {
  return winograd_takes_normalization(shape) && shape.out_height % 4 == 0 && shape.out_width % 4 == 0;
}

Run prepare_winograd_normalizing(Preparation& p, Direction direction, const ConvolutionShape& shape) {
  return prepare_pass(p, direction, shape, given_statistics(p, 2, shape.channels));
}

Run prepare_winograd_normalized(Preparation& p, const ConvolutionShape& shape) {
  const Problem problem = problem_of(shape);
  const int threads = p.threads();
  const GivenStatistics statistics = given_statistics(p, 2, shape.filters);
  const winograd::Kernels& kernels = wide::best()->winograd;
  const std::size_t vectors = static_cast<std::size_t>(2 * shape.filters);  // a multiple of 16
  const std::size_t scratch = kernels.workspace_size(problem, Pass::forward, threads);
  const Workspace* workspace = p.workspace((vectors + scratch) * sizeof(float));
  const bool relu = p.attributes().find(compiler::kFusedRelu) != nullptr;
  p.note("winograd");
  return [=, &kernels, x = p.in(0), weights = p.in(1), add = p.inputs() > 6 ? p.in(6) : nullptr, y = p.out(0)] {
    float* const factors = workspace->data();
    float* const shifts = factors + shape.filters;
    statistics.fold(factors, shifts);
    kernels.forward(problem, x, weights, y, factors + vectors, threads, {}, {factors, shifts, add, relu});
  };
}

}  // namespace gramstack::onednn
#else
namespace gramstack::onednn {

bool prefers_winograd(const Settings&, const ConvolutionShape&) { return false; }
Run prepare_winograd(Preparation&, Direction, const ConvolutionShape&) { return {}; }
bool winograd_takes_normalization(const ConvolutionShape&) { return false; }
bool winograd_gives_statistics(const ConvolutionShape&) { return false; }
Run prepare_winograd_normalizing(Preparation&, Direction, const ConvolutionShape&) { return {}; }
Run prepare_winograd_normalized(Preparation&, const ConvolutionShape&) { return {}; }

}  // namespace gramstack::onednn
#endif
