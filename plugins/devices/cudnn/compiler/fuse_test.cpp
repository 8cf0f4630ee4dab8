// What pass "fuse" makes of a normalisation and its gradient.
#include <doctest/doctest.h>

#include <sstream>

#include "compiler/compile.h"
#include "support/residual_step.h"

namespace gramstack::cudnn {
namespace {

/// The lines of normalisations after the pass.
std::string norms(const Graph& graph) {
  std::string after;
  CompileOptions options;
  options.observe = [&](std::string_view pass, const std::string& text) {
    if (pass == "fuse") after = text;
  };
  compile(graph, {}, options);
  std::istringstream lines(after);
  std::string found;
  for (std::string line; std::getline(lines, line);)
    if (line.find("batch_norm") != std::string::npos) found += line.substr(0, line.find(" : ")) + "\n";
  return found;
}

TEST_CASE("cudnn: the gradient of a normalisation with ReLU makes its mask of what was normalised") {
  CHECK(norms(test::residual_step(false)) ==
        R"(%8, %6, %7 = batch_norm(%4, scale, shift) epsilon=1e-05 fused_relu=1
%16, %17, %18 = batch_norm_gradient(%14, %4, scale, %6, %7, shift) epsilon=1e-05 fused_relu=1 mask_of_source=1
)");
}

TEST_CASE("cudnn: with an addend the mask is made of the result") {
  CHECK(norms(test::residual_step()) ==
        R"(%9, %6, %7 = batch_norm(%4, scale, shift, x) epsilon=1e-05 fused_add=1 fused_relu=1
%17, %18, %19 = batch_norm_gradient(%15, %4, scale, %6, %7, %9) epsilon=1e-05 fused_relu=1
)");
}

}  // namespace
}  // namespace gramstack::cudnn
