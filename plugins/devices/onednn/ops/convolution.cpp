// Convolutions, forward and both gradients.
#include <memory>

#include "adapter.h"
#include "layout.h"
#include "ops/convolution.h"
#include "ops/few_channels.h"
#include "ops/normalization.h"
#include "ops/pointwise.h"
#include "ops/winograd.h"
#include "plan.h"
#include "rules.h"

namespace gramstack::onednn {
namespace {

/// x and y: the tensors (or gradients of the tensors) before and behind the convolution; size: of the window.
ConvolutionShape shape_of(const Attributes& attributes, const Tensor& x, const Tensor& y, Index size) {
  ConvolutionShape s;
  s.images = x.shape()[0];
  s.channels = x.shape()[1];
  s.height = x.shape()[2];
  s.width = x.shape()[3];
  s.filters = y.shape()[1];
  s.out_height = y.shape()[2];
  s.out_width = y.shape()[3];
  s.size = size;
  s.stride = attributes.integer("stride");
  s.padding = attributes.integer("padding");
  s.x = x.layout;
  s.y = y.layout;
  return s;
}

/// Of an instruction whose operands begin with x and weights.
ConvolutionShape forward_shape(const Program& program, const Instruction& i) {
  return shape_of(i.attributes, program.tensor(i.inputs[0]), program.tensor(i.outputs[0]),
                  program.shape(i.inputs[1])[2]);
}

/// Of an instruction whose operands begin with x and dy.
ConvolutionShape weight_gradient_shape(const Program& program, const Instruction& i) {
  return shape_of(i.attributes, program.tensor(i.inputs[0]), program.tensor(i.inputs[1]), i.attributes.integer("size"));
}

/// left, right, bias: operands in the order of Convolution::run.
Run prepare(Preparation& p, Direction direction, const ConvolutionShape& shape, const float* bias) {
  if (!bias && prefers_winograd(p.settings(), shape)) return prepare_winograd(p, direction, shape);
  if (!bias && prefers_pointwise(p.settings(), shape)) return prepare_pointwise(p, direction, shape);
  if (shape.y == Layout::blocked && has_few_channels(direction, shape))
    return prepare_few_channels(p, direction, shape, bias);
  const auto made = std::make_shared<const Convolution>(p.engine(), direction, shape);
  p.note(made->implementation());
  const Workspace* workspace = p.workspace(made->scratch());
  return [made, workspace, bias, left = p.in(0), right = p.in(1), out = p.out(0)] {
    made->run(left, right, bias, out, workspace->data<std::byte>());
  };
}

Run prepare_forward(Preparation& p) {
  ConvolutionShape shape = forward_shape(p.program(), p.instruction());
  shape.bias = p.inputs() == 3;
  return prepare(p, Direction::forward, shape, shape.bias ? p.in(2) : nullptr);
}

/// Inputs are those of conv2d_normalizing (defer.h).
Run prepare_normalizing(Preparation& p) {
  return prepare_winograd_normalizing(p, Direction::forward, forward_shape(p.program(), p.instruction()));
}

/// Inputs are those of conv2d_normalized (fold.h).
Run prepare_normalized(Preparation& p) {
  const ConvolutionShape shape = forward_shape(p.program(), p.instruction());
  if (prefers_winograd(p.settings(), shape) && winograd_takes_normalization(shape))
    return prepare_winograd_normalized(p, shape);
  return [convolve = prepare(p, Direction::forward, shape, nullptr), normalize = prepare_normalization_in_place(p, 2)] {
    convolve();
    normalize();
  };
}

Run prepare_data_gradient(Preparation& p) {
  const ConvolutionShape shape = shape_of(p.attributes(), p.output(0), p.input(0), p.input(1).shape()[2]);
  return prepare(p, Direction::data_gradient, shape, nullptr);
}

Run prepare_weight_gradient(Preparation& p) {
  return prepare(p, Direction::weight_gradient, weight_gradient_shape(p.program(), p.instruction()), nullptr);
}

Run prepare_weight_gradient_normalizing(Preparation& p) {
  return prepare_winograd_normalizing(p, Direction::weight_gradient,
                                      weight_gradient_shape(p.program(), p.instruction()));
}

// oneDNN's vectorised convolutions read x plain when it has few channels and everything else blocked; where y is plain
// they want x plain too.

LayoutRule layout_forward(const Program& program, const Instruction& instruction) {
  return {can_be_blocked(program.shape(instruction.outputs[0])) ? Wish::blocked : Wish::plain, 1u, 1u};
}

/// The addend, input 6, is laid out as the result.
LayoutRule layout_normalized(const Program& program, const Instruction& instruction) {
  LayoutRule rule = layout_forward(program, instruction);
  rule.inputs |= 1u << 6;
  return rule;
}

LayoutRule layout_data_gradient(const Program& program, const Instruction& instruction) {
  const bool both =
      can_be_blocked(program.shape(instruction.inputs[0])) && can_be_blocked(program.shape(instruction.outputs[0]));
  return {both ? Wish::blocked : Wish::plain, 1u, 1u};
}

LayoutRule layout_weight_gradient(const Program& program, const Instruction& instruction) {
  const Shape& x = program.shape(instruction.inputs[0]);
  const bool vectorised =
      x[1] > 2 || has_few_channels(Direction::weight_gradient, weight_gradient_shape(program, instruction));
  const bool blocked = vectorised && can_be_blocked(program.shape(instruction.inputs[1]));
  return {blocked ? Wish::blocked : Wish::plain, 3u, 0u};
}

constexpr Rule kRules[] = {{"conv2d", layout_forward, prepare_forward},
                           {"conv2d_normalized", layout_normalized, prepare_normalized},
                           {"conv2d_normalizing", nullptr, prepare_normalizing},
                           {"conv2d_data_gradient", layout_data_gradient, prepare_data_gradient},
                           {"conv2d_weight_gradient", layout_weight_gradient, prepare_weight_gradient},
                           {"conv2d_weight_gradient_normalizing", nullptr, prepare_weight_gradient_normalizing}};

}  // namespace

bool can_normalize_source(const Program& program, const Instruction& i, const Settings& settings) {
  const bool forward = i.rule->name == "conv2d";
  if (i.inputs.size() != 2 || (!forward && i.rule->name != "conv2d_weight_gradient")) return false;
  const ConvolutionShape shape = forward ? forward_shape(program, i) : weight_gradient_shape(program, i);
  return prefers_winograd(settings, shape) && winograd_takes_normalization(shape);
}

bool can_give_statistics(const Program& program, const Instruction& i, const Settings& settings) {
  const bool plain = i.rule->name == "conv2d" && i.inputs.size() == 2;
  if (!plain && i.rule->name != "conv2d_normalizing") return false;
  const ConvolutionShape shape = forward_shape(program, i);
  return prefers_winograd(settings, shape) && winograd_gives_statistics(shape);
}

std::span<const Rule> convolution_rules() { return kRules; }

}  // namespace gramstack::onednn
