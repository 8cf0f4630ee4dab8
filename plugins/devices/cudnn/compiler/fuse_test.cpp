// What pass "fuse" makes of a normalisation and its gradient.
#include <doctest/doctest.h>

#include <sstream>

#include "api/builder.h"
#include "compiler/compile.h"

namespace gramstack::cudnn {
namespace {

/// y = relu(norm(conv(x)) [+ x]) and the weights' gradient of the sum of y's squares.
Graph step(bool add) {
  Graph graph;
  Builder b(graph, Mode::training);
  const Value x = b.input("x", {DataType::f32, {2, 8, 4, 4}});
  const Value w = b.weight("w", {8, 8, 3, 3}, Initializer::normal(1));
  const Value scale = b.weight("scale", {8}, Initializer::constant(1));
  const Value shift = b.weight("shift", {8}, Initializer::constant(0));
  const Value norm = b.batch_norm(b.conv2d(x, w, {3, 1, 1}), scale, shift, 1e-5).output;
  const Value y = b.relu(add ? b.add(norm, x) : norm);
  graph.add_output("gradient", gradients(graph, b.sum(b.square(y)), {w})[0]);
  return graph;
}

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
  CHECK(norms(step(false)) ==
        R"(%8, %6, %7 = batch_norm(%4, scale, shift) epsilon=1e-05 fused_relu=1
%14, %15, %16 = batch_norm_gradient(%12, %4, scale, %6, %7, shift) epsilon=1e-05 fused_relu=1 mask_of_source=1
)");
}

TEST_CASE("cudnn: with an addend the mask is made of the result") {
  CHECK(norms(step(true)) ==
        R"(%9, %6, %7 = batch_norm(%4, scale, shift, x) epsilon=1e-05 fused_add=1 fused_relu=1
%15, %16, %17 = batch_norm_gradient(%13, %4, scale, %6, %7, %9) epsilon=1e-05 fused_relu=1
)");
}

}  // namespace
}  // namespace gramstack::cudnn
