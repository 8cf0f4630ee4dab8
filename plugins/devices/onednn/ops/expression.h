// An expression bound to memory: a list of calls over slots, run block by block.
#pragma once

#include <vector>

#include "ops/strided.h"
#include "plan.h"
#include "rules.h"

namespace gramstack::onednn {

/// Elements of a block: a few buffers of it fit the first-level cache.
inline constexpr Index kBlockElements = 512;

/// Where the elements of an operand are while a block is worked on.
struct Slot {
  enum class Kind { memory, scalar, buffer };
  Kind kind = Kind::memory;
  float* data = nullptr;  ///< memory: of the tensor's element 0; scalar: the element
  Index buffer = 0;
};

struct Call {
  enum class Form { gather, copy, unary, binary, left_scalar, right_scalar, with_product };
  Form form = Form::unary;
  const Elementwise* function = nullptr;
  std::size_t left = 0, right = 0, out = 0;  ///< slots; gather: left is the number of the operand's Gather
  std::size_t scale = 0;  ///< with_product: the slot of the product's scalar; `right` is its other factor
};

/// An operand that is broadcast.
struct Gather {
  Strided walk;
  const float* data = nullptr;
};

struct BoundExpression {
  Index elements = 0;
  Index buffers = 0;
  std::vector<Slot> slots;
  std::vector<Call> calls;
  std::vector<Gather> gathers;

  /// Elements [begin, end); `scratch` holds buffers * kBlockElements floats.
  void run(Index begin, Index end, float* scratch) const;
};

BoundExpression bind(const Preparation& preparation, const Expression& expression);

}  // namespace gramstack::onednn
