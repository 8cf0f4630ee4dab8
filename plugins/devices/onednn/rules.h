// One row an op: how its tensors are laid out and how it is prepared. Passes ask a row; none lists op names.
// To add an op: a row in the rules of its topic under ops/.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "program.h"

namespace gramstack::onednn {

class Preparation;

/// A prepared step: raw pointers and sizes, bound. Calling it allocates nothing.
using Run = std::function<void()>;

struct Rule : compiler::Rule {
  using LayoutOf = LayoutRule (*)(const Program&, const Instruction&);
  using Prepare = Run (*)(Preparation&);
  constexpr Rule(std::string_view rule_name, LayoutOf layout_of, Prepare prepared_by)
      : compiler::Rule{rule_name, layout_of, prepared_by == nullptr}, prepare(prepared_by) {}
  Prepare prepare;  ///< nullptr: a view
};

const Rule* find_rule(std::string_view name);  ///< nullptr: none

/// The rule that runs expressions; instructions of graph ops with an Elementwise function have it.
const Rule& elementwise_rule();
const Dialect& dialect();

inline LayoutRule follow(const Program&, const Instruction&) { return {Wish::follow}; }
inline LayoutRule blocked(const Program&, const Instruction&) { return {Wish::blocked}; }

/// A function of one or two numbers, vectorised over n elements. `out` may be one of the operands.
struct Elementwise : compiler::Elementwise {
  using Unary = void (*)(float* out, const float* x, Index n);
  using Binary = void (*)(float* out, const float* a, const float* b, Index n);
  using WithProduct = void (*)(float* out, const float* a, const float* b, const float* s, Index n);
  Unary unary = nullptr;
  Binary binary = nullptr;        ///< both operands n elements
  Binary left_scalar = nullptr;   ///< a is one element
  Binary right_scalar = nullptr;  ///< b is one element
  /// Which operands must be zero for the result to be zero.
  enum class Zero : std::uint8_t { never, left, either, both } zero = Zero::never;
  bool is_product = false;
  WithProduct with_product = nullptr;  ///< of a and b times the one element s, to the same bits as in two steps
  bool commutes = false;               ///< of functions that have with_product
};

const Elementwise* find_elementwise(std::string_view name);  ///< nullptr: none

// --- the rows, by topic
std::span<const Rule> convolution_rules();
std::span<const Rule> data_rules();
std::span<const Rule> elementwise_rules();
std::span<const Rule> matrix_rules();
std::span<const Rule> memory_rules();
std::span<const Rule> normalization_rules();
std::span<const Rule> pooling_rules();
std::span<const Rule> reduction_rules();

}  // namespace gramstack::onednn
