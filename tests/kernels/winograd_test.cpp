// Winograd kernels against the definition of a 3x3 convolution, summed in f64.
#include "wide.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "convolution_case.h"

using namespace gramstack;
using namespace gramstack::test;
using wide::Kernels;
using Buffer = Aligned;

namespace {

struct Case : ConvolutionCase {
  explicit Case(Problem problem) : ConvolutionCase(problem, 3) {}
};

/// The passes of a case by the kernels of one instruction set.
struct Passes {
  const winograd::Kernels& kernels;
  Case& c;
  int threads;
  winograd::Prologue given;

  Passes(const Kernels& set, Case& problem, int count, const winograd::Prologue& prologue = {})
      : kernels(set.winograd), c(problem), threads(count), given(prologue) {}

  /// Whatever a kernel reads of it, it must have written before.
  Buffer workspace(Pass pass) const {
    Buffer scratch(kernels.workspace_size(c.p, pass, threads));
    std::fill_n(scratch.data(), scratch.values().size(), std::nanf(""));
    return scratch;
  }
  std::vector<float> forward() const {
    Buffer out(c.output_size), scratch = workspace(Pass::forward);
    kernels.forward(c.p, c.source.data(), c.weights.data(), out.data(), scratch.data(), threads, given, {});
    return out.values();
  }
  /// relu(factor y + shift + addend)
  std::vector<float> finished() const {
    Buffer out(c.output_size), scratch = workspace(Pass::forward);
    Buffer factor(static_cast<std::size_t>(c.p.outputs)), shift(static_cast<std::size_t>(c.p.outputs));
    Case::fill(factor, static_cast<std::size_t>(c.p.outputs), 4);
    Case::fill(shift, static_cast<std::size_t>(c.p.outputs), 5);
    kernels.forward(c.p, c.source.data(), c.weights.data(), out.data(), scratch.data(), threads, given,
                    {factor.data(), shift.data(), c.gradient.data(), true});
    return out.values();
  }
  /// The output, and behind it the sums that statistics are made of.
  std::vector<float> summed() const {
    const std::int64_t tiles = c.p.images * (c.p.output_height() / 4) * (c.p.output_width() / 4);
    const std::int64_t groups = (tiles + winograd::kSummedTiles - 1) / winograd::kSummedTiles;
    Buffer out(c.output_size), scratch = workspace(Pass::forward);
    Buffer sums(static_cast<std::size_t>(groups * 3 * c.p.outputs));
    winograd::Epilogue epilogue;
    epilogue.sums = sums.data();
    kernels.forward(c.p, c.source.data(), c.weights.data(), out.data(), scratch.data(), threads, given, epilogue);
    std::vector<float> both = out.values();
    both.insert(both.end(), sums.data(), sums.data() + groups * 3 * c.p.outputs);
    return both;
  }
  std::vector<float> data_gradient() const {
    Buffer out(c.source_size), scratch = workspace(Pass::data_gradient);
    kernels.data_gradient(c.p, c.gradient.data(), c.weights.data(), out.data(), scratch.data(), threads);
    return out.values();
  }
  std::vector<float> weight_gradient() const {
    Buffer out(c.weight_count), scratch = workspace(Pass::weight_gradient);
    kernels.weight_gradient(c.p, c.source.data(), c.gradient.data(), out.data(), scratch.data(), threads, given);
    return out.values();
  }
};

const Problem kProblems[] = {{2, 16, 32, 5, 7, 1},    {3, 32, 16, 4, 4, 1},   {1, 16, 16, 1, 1, 1},
                             {1, 16, 48, 3, 2, 1},    {2, 48, 16, 28, 28, 1}, {5, 16, 16, 14, 14, 1},
                             {9, 16, 16, 7, 7, 1},    {70, 16, 16, 2, 2, 1},  {2, 272, 16, 6, 6, 1},
                             {1, 16, 16, 33, 9, 1},   {2, 16, 32, 8, 8, 2},   {3, 32, 16, 7, 5, 2},
                             {1, 16, 16, 1, 1, 2},    {1, 16, 48, 3, 2, 2},   {2, 48, 16, 28, 28, 2},
                             {5, 16, 16, 14, 14, 2},  {70, 16, 16, 2, 2, 2},  {1, 80, 32, 32, 32, 2},
                             {1, 352, 336, 2, 2, 1},  {1, 208, 208, 3, 3, 2},    // weights past the caches
                             {300, 16, 32, 2, 2, 1},  {300, 32, 16, 2, 2, 2},    // many tiles
                             {130, 176, 96, 2, 2, 1}, {130, 176, 96, 2, 2, 2}};  // both

/// Of these no tile hangs over the edge; some have a last group of fewer tiles.
const Problem kSummed[] = {{3, 32, 16, 4, 4, 1},   {2, 48, 16, 28, 28, 1}, {5, 16, 32, 8, 12, 1},
                           {130, 16, 48, 4, 4, 1}, {2, 16, 32, 8, 8, 2},   {3, 32, 16, 7, 15, 2}};

/// y as `forward` gave it, then of every eight tiles in turn [3][outputs]: the first y, the sum of differences from it,
/// and of their squares.
std::vector<double> sums_of(const Problem& p, const std::vector<float>& y) {
  const std::int64_t h = p.output_height(), w = p.output_width(), tiles = h / 4 * (w / 4);
  std::vector<double> made(y.begin(), y.end());
  const std::size_t group_size = static_cast<std::size_t>(3 * p.outputs);
  for (std::int64_t t = 0; t < p.images * tiles; ++t) {
    if (t % 8 == 0) made.resize(made.size() + group_size);
    double* const sums = made.data() + made.size() - group_size;
    for (std::int64_t k = 0; k < p.outputs; ++k)
      for (std::int64_t i = 0; i < 16; ++i) {
        const std::int64_t top = t % tiles / (w / 4) * 4, left = t % (w / 4) * 4;
        const double value = y[blocked(t / tiles, k, top + i / 4, left + i % 4, p.outputs, h, w)];
        if (t % 8 == 0 && i == 0) sums[k] = value;
        sums[p.outputs + k] += value - sums[k];
        sums[2 * p.outputs + k] += (value - sums[k]) * (value - sums[k]);
      }
  }
  return made;
}

}  // namespace

TEST_CASE("winograd: forward, data gradient and weight gradient follow the definition") {
  for (const Kernels* set : wide::available()) {
    for (const Problem& p : kProblems) {
      CAPTURE(set->instruction_set);
      CAPTURE(text_of(p));
      Case c(p);
      const ConvolutionResults expected(c);
      const Passes passes(*set, c, 2);
      CHECK(relative_error(passes.forward(), expected.output) < 3e-6);
      CHECK(relative_error(passes.data_gradient(), expected.source) < 3e-6);
      CHECK(relative_error(passes.weight_gradient(), expected.weights) < 3e-5);
    }
  }
}

TEST_CASE("winograd: inputs normalised as they are read give the bits of inputs normalised before") {
  for (const Kernels* set : wide::available()) {
    for (const Problem& p : kProblems) {
      CAPTURE(set->instruction_set);
      CAPTURE(text_of(p));
      Case c(p), before(p);
      const std::size_t channels = static_cast<std::size_t>(p.inputs);
      Buffer factor(channels), shift(channels);
      Case::fill(factor, channels, 6);
      Case::fill(shift, channels, 7);
      for (std::size_t i = 0; i < c.source_size; ++i) {
        const std::size_t pixels = static_cast<std::size_t>(p.height * p.width);
        const std::size_t channel = i / (pixels * 8) % (channels / 8) * 8 + i % 8;
        float& x = before.source.data()[i];
        x = std::max(std::fma(x, factor.data()[channel], shift.data()[channel]), 0.0F);
      }
      const Passes normalizing(*set, c, 2, {factor.data(), shift.data()}), plain(*set, before, 2);
      CHECK(normalizing.forward() == plain.forward());
      CHECK(normalizing.finished() == plain.finished());
      CHECK(normalizing.weight_gradient() == plain.weight_gradient());
    }
  }
}

TEST_CASE("winograd: outputs are summed as they are stored") {
  for (const Kernels* set : wide::available())
    for (const Problem& p : kSummed) {
      CAPTURE(set->instruction_set);
      CAPTURE(text_of(p));
      Case c(p);
      const Passes passes(*set, c, 2);
      const std::vector<float> got = passes.summed();
      const std::vector<double> want = sums_of(p, passes.forward());
      REQUIRE(got.size() == want.size());
      for (std::size_t i = 0; i < want.size(); ++i) {
        CAPTURE(i);
        REQUIRE(std::abs(got[i] - want[i]) <= (i < c.output_size ? 0 : 2e-6 * std::abs(want[i]) + 2e-3));
      }
    }
}

TEST_CASE("winograd: bits depend neither on the number of threads nor on the instruction set") {
  for (const Problem& p : kProblems) {
    CAPTURE(text_of(p));
    Case c(p);
    const Passes first(*wide::available().front(), c, 1);
    for (const Kernels* set : wide::available())
      for (const int threads : {1, 2, 3}) {
        CAPTURE(set->instruction_set);
        CAPTURE(threads);
        const Passes passes(*set, c, threads);
        CHECK(passes.forward() == first.forward());
        CHECK(passes.finished() == first.finished());
        CHECK(passes.data_gradient() == first.data_gradient());
        CHECK(passes.weight_gradient() == first.weight_gradient());
      }
  }
  for (const Problem& p : kSummed) {
    CAPTURE(text_of(p));
    Case c(p);
    const std::vector<float> first = Passes(*wide::available().front(), c, 1).summed();
    for (const Kernels* set : wide::available())
      for (const int threads : {1, 2, 3}) CHECK(Passes(*set, c, threads).summed() == first);
  }
}

TEST_CASE("winograd: channels must come in sixteens, the stride is 1 or 2") {
  CHECK(winograd::supports({1, 16, 32, 8, 8, 1}));
  CHECK_FALSE(winograd::supports({1, 8, 32, 8, 8, 1}));
  CHECK_FALSE(winograd::supports({1, 16, 24, 8, 8, 1}));
  CHECK_FALSE(winograd::supports({1, 16, 32, 8, 8, 3}));
}
