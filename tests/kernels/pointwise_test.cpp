// Kernels for 1x1 filters against the definition of a convolution, summed in f64.
#include "wide.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "convolution_case.h"

using namespace gramstack;
using namespace gramstack::test;
using wide::Kernels;

namespace {

/// The passes of a case by the kernels of one instruction set. Whatever a kernel reads of its scratch or leaves of its
/// result, it must have written before.
struct Passes {
  const pointwise::Kernels& kernels;
  const ConvolutionCase& c;
  int threads;

  static Aligned unset(std::size_t size) {
    Aligned made(size);
    std::fill_n(made.data(), size, std::nanf(""));
    return made;
  }
  Aligned workspace(Pass pass) const { return unset(kernels.workspace_size(c.p, pass, threads)); }

  std::vector<float> forward() const {
    Aligned out = unset(c.output_size), scratch = workspace(Pass::forward);
    kernels.forward(c.p, c.source.data(), c.weights.data(), out.data(), scratch.data(), threads);
    return out.values();
  }
  std::vector<float> data_gradient() const {
    Aligned out = unset(c.source_size), scratch = workspace(Pass::data_gradient);
    kernels.data_gradient(c.p, c.gradient.data(), c.weights.data(), out.data(), scratch.data(), threads);
    return out.values();
  }
  std::vector<float> weight_gradient() const {
    Aligned out = unset(c.weight_count), scratch = workspace(Pass::weight_gradient);
    kernels.weight_gradient(c.p, c.source.data(), c.gradient.data(), out.data(), scratch.data(), threads);
    return out.values();
  }
};

const Problem kProblems[] = {{1, 16, 16, 1, 1, 1},   {2, 16, 32, 5, 7, 1},   {3, 48, 16, 5, 7, 2},
                             {1, 16, 48, 3, 2, 3},   {2, 32, 16, 33, 17, 1}, {2, 16, 32, 40, 34, 2},
                             {70, 16, 16, 2, 2, 1},  {70, 32, 16, 3, 3, 2},  {2, 272, 16, 6, 6, 1},
                             {5, 16, 272, 9, 8, 2},  {1, 16, 16, 1, 1, 2},   {3, 16, 16, 16, 16, 1},
                             {1, 16, 16, 2, 300, 1}, {1, 16, 16, 3, 600, 2}};

template <class Check>
void for_each_case(const Check& check) {
  for (const Problem& p : kProblems) {
    CAPTURE(text_of(p));
    check(ConvolutionCase(p, 1));
  }
}

}  // namespace

TEST_CASE("pointwise: forward, data gradient and weight gradient follow the definition") {
  for_each_case([](const ConvolutionCase& c) {
    const ConvolutionResults expected(c);
    for (const Kernels* set : wide::available())
      for (const int threads : {1, 2, 3}) {
        CAPTURE(set->instruction_set);
        CAPTURE(threads);
        const Passes passes{set->pointwise, c, threads};
        CHECK(relative_error(passes.forward(), expected.output) < 1e-6);
        CHECK(relative_error(passes.data_gradient(), expected.source) < 1e-6);
        CHECK(relative_error(passes.weight_gradient(), expected.weights) < 1e-6);
      }
  });
}

TEST_CASE("pointwise: bits do not depend on the instruction set, and but for weight gradients not on threads") {
  for_each_case([](const ConvolutionCase& c) {
    const Passes first{wide::available().front()->pointwise, c, 1};
    for (const Kernels* set : wide::available())
      for (const int threads : {1, 2, 3}) {
        CAPTURE(set->instruction_set);
        CAPTURE(threads);
        const Passes passes{set->pointwise, c, threads};
        CHECK(passes.forward() == first.forward());
        CHECK(passes.data_gradient() == first.data_gradient());
        CHECK(passes.weight_gradient() == Passes{first.kernels, c, threads}.weight_gradient());
      }
  });
}

TEST_CASE("pointwise: channels must come in sixteens") {
  CHECK(pointwise::supports({1, 16, 32, 8, 8, 3}));
  CHECK_FALSE(pointwise::supports({1, 8, 32, 8, 8, 1}));
  CHECK_FALSE(pointwise::supports({1, 16, 24, 8, 8, 1}));
}
