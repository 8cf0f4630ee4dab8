// The program after each pass.
#include <doctest/doctest.h>

#include <sstream>

#include "support/residual_step.h"
#include "test_steps.h"

namespace gramstack::test {
namespace {

/// How many instructions of each kind a program has.
std::map<std::string, int> kinds(const std::string& text) {
  std::map<std::string, int> counts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find(" = "), end = line.find('(');
    const bool instruction = begin != std::string::npos && end != std::string::npos && line[0] != ' ';
    if (instruction && begin < end) ++counts[line.substr(begin + 3, end - begin - 3)];
  }
  return counts;
}

TEST_CASE("onednn: fuse joins a normalisation with what stands behind it, and expressions with each other") {
  CHECK(texts_after_passes(*onednn(2, "direct"), residual_step()).at("fuse") ==
        R"(%4 = conv2d(x, w) padding=1 stride=1 : f32[2,8,4,4]
%9, %6, %7 = batch_norm(%4, scale, shift, x) epsilon=1e-05 fused_add=1 fused_relu=1 : f32[2,8,4,4], f32[8], f32[8]
%10 = elementwise(%9) : f32[2,8,4,4]
    %10 = square(%9)
%11 = sum(%10) axes=[] keep=0 : f32[]
%15 = elementwise(%9, 1) : f32[2,8,4,4]
    %15 = multiply(1, add(%9, %9))
%17, %18, %19 = batch_norm_gradient(%15, %4, scale, %6, %7, %9) epsilon=1e-05 fused_relu=1 : f32[2,8,4,4], f32[8], f32[8]
%20 = conv2d_weight_gradient(x, %17) padding=1 size=3 stride=1 : f32[8,8,3,3]
%23 = elementwise(%20, 0.5, w) : f32[8,8,3,3]
    %23 = subtract(w, multiply(%20, 0.5))
%25 = elementwise(%18, 0.5, scale) : f32[8]
    %25 = subtract(scale, multiply(%18, 0.5))
%27 = elementwise(%19, 0.5, shift) : f32[8]
    %27 = subtract(shift, multiply(%19, 0.5))
output loss = %11
update w = %23
update scale = %25
update shift = %27
)");
}

TEST_CASE("onednn: layout and batch: images are blocked, inputs and weights are not; updates are one instruction") {
  CHECK(texts_after_passes(*onednn(2, "direct"), residual_step()).at("batch") ==
        R"(%28 = reorder(x) : f32[2,8,4,4] blocked
%4 = conv2d(%28, w) padding=1 stride=1 : f32[2,8,4,4] blocked
%9, %6, %7 = batch_norm(%4, scale, shift, %28) epsilon=1e-05 fused_add=1 fused_relu=1 : f32[2,8,4,4] blocked, f32[8], f32[8]
%10 = elementwise(%9) : f32[2,8,4,4] blocked
    %10 = square(%9)
%11 = sum(%10) axes=[] keep=0 : f32[]
%15 = elementwise(%9, 1) : f32[2,8,4,4] blocked
    %15 = multiply(1, add(%9, %9))
%17, %18, %19 = batch_norm_gradient(%15, %4, scale, %6, %7, %9) epsilon=1e-05 fused_relu=1 : f32[2,8,4,4] blocked, f32[8], f32[8]
%20 = conv2d_weight_gradient(%28, %17) padding=1 size=3 stride=1 : f32[8,8,3,3]
%23, %25, %27 = elementwise(%20, 0.5, w, %18, scale, %19, shift) : f32[8,8,3,3], f32[8], f32[8]
    %23 = subtract(w, multiply(%20, 0.5))
    %25 = subtract(scale, multiply(%18, 0.5))
    %27 = subtract(shift, multiply(%19, 0.5))
output loss = %11
update w = %23
update scale = %25
update shift = %27
)");
}

/// relu(norm(conv(x)) + x) with given statistics, once more behind it, and what the first convolution gave if asked
/// for.
Graph frozen_blocks(bool output_convolution) {
  Graph graph;
  Builder b(graph, Mode::inference);
  Value x = b.input("x", {DataType::f32, {2, 8, 4, 4}});
  for (const std::string name : {"a", "b"}) {
    const auto vector = [&](const char* kind) { return b.weight(name + kind, {8}, Initializer::constant(1)); };
    const Value y = b.conv2d(x, b.weight(name, {8, 8, 3, 3}, Initializer::normal(1)), {3, 1, 1});
    if (name == "a" && output_convolution) graph.add_output("y", y);
    const Value variance = vector("variance"), mean = vector("mean"), shift = vector("shift"), scale = vector("scale");
    x = b.relu(b.add(b.batch_norm_inference(y, scale, shift, mean, variance, 1e-5), x));
  }
  graph.add_output("z", x);
  return graph;
}

TEST_CASE("onednn: fold makes normalisations with given statistics a part of the convolutions before them") {
  CHECK(
      texts_after_passes(*onednn(2, "direct"), frozen_blocks(false)).at("fold") ==
      R"(%14 = conv2d_normalized(x, a, ascale, ashift, amean, avariance, x) epsilon=1e-05 fused_add=1 fused_relu=1 padding=1 stride=1 : f32[2,8,4,4]
%18 = conv2d_normalized(%14, b, bscale, bshift, bmean, bvariance, %14) epsilon=1e-05 fused_add=1 fused_relu=1 padding=1 stride=1 : f32[2,8,4,4]
output z = %18
)");
  using Counts = std::map<std::string, int>;
  CHECK(kinds(texts_after_passes(*onednn(), frozen_blocks(true)).at("fold")) ==
        Counts{{"conv2d", 1}, {"batch_norm_inference", 1}, {"conv2d_normalized", 1}});
}

/// conv(relu(norm(conv(x)))) and a step against the sum of its squares; the ReLU's result is put out if asked for.
Graph inner_normalization_step(bool output_relu) {
  Graph graph;
  Builder b(graph, Mode::training);
  const Value x = b.input("x", {DataType::f32, {2, 16, 4, 4}});
  const auto weights = [&](const char* name) { return b.weight(name, {16, 16, 3, 3}, Initializer::normal(1)); };
  const Value v = weights("v"), w = weights("w");
  const Value scale = b.weight("scale", {16}, Initializer::constant(1));
  const Value shift = b.weight("shift", {16}, Initializer::constant(0));
  const Value y = b.relu(b.batch_norm(b.conv2d(x, v, {3, 1, 1}), scale, shift, 1e-5).output);
  if (output_relu) graph.add_output("y", y);
  const Value loss = b.sum(b.square(b.conv2d(y, w, {3, 1, 1})));
  graph.add_output("loss", loss);
  for (const Value parameter : {v, w, scale, shift})
    b.update(parameter, b.subtract(parameter, b.multiply(gradients(graph, loss, {parameter})[0], 0.5)));
  return graph;
}

/// The lines of a text that speak of normalisations or convolutions, their tensors' types left out.
std::string lines_of_convolutions(const std::string& text) {
  std::istringstream lines(text);
  std::string found;
  for (std::string line; std::getline(lines, line);)
    if (line.find("norm") != std::string::npos || line.find("conv2d") != std::string::npos)
      found += line.substr(0, line.find(" : ")) + "\n";
  return found;
}

TEST_CASE("onednn: defer lets convolutions normalise their source as they read it") {
  if (onednn()->describe().ends_with("baseline")) return;  // it has no such convolutions
  CHECK(
      lines_of_convolutions(texts_after_passes(*onednn(2, "winograd"), inner_normalization_step(false)).at("defer")) ==
      R"(%5 = conv2d(%33, v) padding=1 stride=1
%7, %8 = batch_norm_statistics(%5)
%10 = conv2d_normalizing(%5, w, scale, shift, %7, %8) epsilon=1e-05 padding=1 stride=1
%17 = conv2d_data_gradient(%16, w) height=4 padding=1 stride=1 width=4
%19, %20, %21 = batch_norm_gradient(%17, %5, scale, %7, %8, shift) epsilon=1e-05 fused_relu=1 mask_of_source=1
%22 = conv2d_weight_gradient(%33, %19) padding=1 size=3 stride=1
%26 = conv2d_weight_gradient_normalizing(%5, %16, scale, shift, %7, %8) epsilon=1e-05 padding=1 size=3 stride=1
)");
  using Counts = std::map<std::string, int>;
  for (const bool output : {false, true}) {
    const std::string algorithm = output ? "winograd" : "direct";
    CAPTURE(algorithm);
    Counts counts = kinds(texts_after_passes(*onednn(2, algorithm), inner_normalization_step(output)).at("defer"));
    CHECK(counts["batch_norm"] == 1);
    CHECK(counts["conv2d"] == 2);
    CHECK(counts["conv2d_weight_gradient"] == 2);
  }
}

/// A residual block's forward pass of a 4x4 image, mean and variance of the last normalisation put out.
Graph residual_block() {
  Graph graph;
  Builder b(graph, Mode::training);
  const Value x = b.input("x", {DataType::f32, {2, 16, 4, 4}});
  const auto normalized = [&](Value source, const std::string& name) {
    const auto vector = [&](const char* kind) { return b.weight(name + kind, {16}, Initializer::constant(1)); };
    const Value y = b.conv2d(source, b.weight(name, {16, 16, 3, 3}, Initializer::normal(1)), {3, 1, 1});
    const Value shift = vector("shift"), scale = vector("scale");
    return b.batch_norm(y, scale, shift, 1e-5);
  };
  const Normalized last = normalized(b.relu(normalized(x, "v").output), "w");
  graph.add_output("y", b.relu(b.add(last.output, x)));
  graph.add_output("mean", last.mean);
  return graph;
}

TEST_CASE("onednn: statistics are given by convolutions that can sum their result") {
  const auto after = [](const char* algorithm) {
    return texts_after_passes(*onednn(2, algorithm), residual_block()).at("statistics");
  };
  CHECK(kinds(after("direct")) == std::map<std::string, int>{{"reorder", 2}, {"conv2d", 2}, {"batch_norm", 2}});
  if (onednn()->describe().ends_with("baseline")) return;  // it has no convolutions that can
  CHECK(after("winograd") == R"(%18 = reorder(x) : f32[2,16,4,4] blocked
%7, %9, %10 = conv2d(%18, v) padding=1 statistics=1 stride=1 : f32[2,16,4,4] blocked, f32[16], f32[16]
%12, %14, %15 = conv2d_normalizing(%7, w, vscale, vshift, %9, %10) epsilon=1e-05 padding=1 statistics=1 stride=1 : f32[2,16,4,4] blocked, f32[16], f32[16]
%17 = batch_norm_inference(%12, wscale, wshift, %14, %15, %18) epsilon=1e-05 fused_add=1 fused_relu=1 : f32[2,16,4,4] blocked
%19 = reorder(%17) : f32[2,16,4,4]
output y = %19
output mean = %14
)");
}

TEST_CASE("onednn: a LeNet step pass by pass") {
  using Counts = std::map<std::string, int>;
  const std::map<std::string, std::string> texts =
      texts_after_passes(*onednn(2, "direct"), training_step("lenet5", {16, 1, 28, 28}, "sgd"));
  Counts counts = {{"conv2d", 2},
                   {"conv2d_data_gradient", 1},
                   {"conv2d_weight_gradient", 2},
                   {"elementwise", 43},
                   {"logsumexp", 1},
                   {"matmul", 9},
                   {"max_pool", 2},
                   {"max_pool_gradient", 2},
                   {"one_hot", 1},
                   {"normalize_images", 1},
                   {"reshape", 2},
                   {"sum", 9}};
  CHECK(kinds(texts.at("lower")) == counts);
  counts["elementwise"] = 24;
  CHECK(kinds(texts.at("fuse")) == counts);
  counts["reorder"] = 2;  // behind the last pooling, and its gradient
  CHECK(kinds(texts.at("layout")) == counts);
  counts["elementwise"] = 14;  // ten updates and the loss are one
  CHECK(kinds(texts.at("batch")) == counts);
  CHECK(kinds(texts.at("memory")) == counts);
  CHECK(texts.at("plan").starts_with("normalize_images\nconv2d conv1 (few channels)\n"));
}

}  // namespace
}  // namespace gramstack::test
