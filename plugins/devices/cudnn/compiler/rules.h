// One row an op: how its tensors are laid out and what runs it. Passes ask a row; only ops that are not run by a
// generated kernel, or whose images have the device's own layout, have a row of their own.
#pragma once

#include <cstdint>

#include "common/program.h"

namespace gramstack::cudnn {

enum class Runs : std::uint8_t { nothing, kernel, copy, convolution, matmul, gram };

/// Which of an instruction's tensors may be bf16 where the precision is.
enum class Half : std::uint8_t {
  none,         ///< all f32
  operands,     ///< takes images as they are; results f32
  like_image,   ///< images of results are like its first image; all its images must be alike
  pooled,       ///< takes images as they are; results bf16, but for maps of one pixel
  elementwise,  ///< takes all as they are; results bf16 when an operand of their shape is and none is a parameter
  images,       ///< images of results are bf16
  all,          ///< operands and results
};

struct Rule : compiler::Rule {
  using LayoutOf = compiler::LayoutRule (*)(const compiler::Program&, const compiler::Instruction&);
  constexpr Rule(std::string_view rule_name, LayoutOf layout_of, Runs run_by, Half half_of)
      : compiler::Rule{rule_name, layout_of, run_by == Runs::nothing}, runs(run_by), half(half_of) {}
  Runs runs;
  Half half;
};

const compiler::Dialect& dialect();
const Rule& rule_of(const compiler::Instruction& instruction);

}  // namespace gramstack::cudnn
