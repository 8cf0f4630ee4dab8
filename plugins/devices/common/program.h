// The program: what the passes of the compiler turn a graph into, step by step, until it can be prepared and run.
//
//   lower   graph -> instructions, one a node; elementwise nodes become expressions of one term
//   fuse    batch_norm + add + relu, its gradient, crop + normalize; chains of elementwise nodes -> one expression
//   layout  each device's own: the layout of every 4-d tensor; reorders where two meet
//   batch   neighbouring independent expressions -> one instruction
//   memory  in-place results, live ranges -> offsets in one arena
//   plan    each device's own: instructions -> prepared steps
//
// Shared by the devices that compile; what they differ in is in their rules (common/rule.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/graph.h"
#include "common/rule.h"

namespace gramstack::compiler {

using Index = std::int64_t;
using TensorId = std::int32_t;
inline constexpr TensorId kNone = -1;

/// Channels of one block of the blocked layout [n, ceil(c/8), h, w, 8]. Channels that pad the last block are zero.
inline constexpr Index kBlock = 8;
constexpr Index blocks(Index channels) { return (channels + kBlock - 1) / kBlock; }

/// plain: row-major. blocked: above. channels_last: [n, h, w, c].
enum class Layout : std::uint8_t { plain, blocked, channels_last };
/// given: memory that the plan does not own, a table or another plan's parameter.
enum class Place : std::uint8_t { arena, input, parameter, constant, given };

struct Tensor {
  TensorType type;
  Layout layout = Layout::plain;
  bool bf16 = false;  ///< of f32: kept as its upper 16 bits
  Place place = Place::arena;
  TensorId storage = kNone;    ///< the tensor whose memory it uses; kNone: its own
  std::vector<double> values;  ///< of a constant: one for all elements, or all of them
  std::size_t offset = 0;      ///< in the arena, in bytes; set by the memory pass for tensors with own memory there
  const Shape& shape() const { return type.shape; }
};

/// With the padding of a blocked tensor.
Index stored_elements(const Shape& shape, Layout layout);
std::size_t element_bytes(const Tensor& tensor);
std::size_t stored_bytes(const Tensor& tensor);

/// A small tree of elementwise functions over one shape. Operand i is inputs[i] when i < inputs.size(), else the
/// result of term i - inputs.size(). Inputs may have any shape that broadcasts to `shape`.
struct Expression {
  struct Term {
    const Elementwise* function = nullptr;
    int left = 0, right = 0;  ///< right: of binary functions only
    TensorId result = kNone;  ///< the tensor that it is stored in; kNone: needed within the expression only
  };
  Shape shape;
  Layout layout = Layout::plain;
  std::vector<TensorId> inputs;
  std::vector<Term> terms;
};

struct Instruction {
  const Rule* rule = nullptr;
  std::string name;  ///< of the node it comes from; for messages
  std::vector<TensorId> inputs, outputs;
  Attributes attributes;
  std::vector<Expression> expressions;  ///< of the rule "elementwise" only; inputs and outputs are their union
};

struct Binding {
  std::string name;
  TensorId tensor = kNone;
};

struct Update {
  TensorId parameter = kNone;
  TensorId value = kNone;
};

struct Program {
  const Dialect* dialect = nullptr;
  std::vector<Tensor> tensors;
  std::vector<Instruction> instructions;
  std::vector<Binding> inputs, parameters, outputs;
  std::vector<Update> updates;
  std::size_t arena = 0;  ///< bytes; set by the memory pass

  Tensor& tensor(TensorId id) { return tensors[static_cast<std::size_t>(id)]; }
  const Tensor& tensor(TensorId id) const { return tensors[static_cast<std::size_t>(id)]; }
  const Shape& shape(TensorId id) const { return tensor(id).type.shape; }
  TensorId add_tensor(TensorType type, Layout layout = Layout::plain, Place place = Place::arena);
  /// The tensor whose memory `id` uses in the end.
  TensorId root(TensorId id) const;
};

/// A tensor as texts name it, with its type: "%3 f32[2,8] nhwc".
std::string tensor_text(const Program& program, TensorId id);
/// One line an instruction: outputs = rule(inputs) attributes : types  # name
std::string to_text(const Program& program);

/// Sets inputs and outputs of an elementwise instruction to the union of its expressions'.
void collect_operands(Instruction& instruction);

/// For every tensor the positions of the instructions that read it, ascending.
std::vector<std::vector<std::size_t>> readers(const Program& program);
/// For every tensor the position of the instruction that writes it, or -1.
std::vector<Index> writers(const Program& program);
/// Tensors that must be intact after the last instruction: outputs and values of updates.
std::vector<bool> needed_at_end(const Program& program);

}  // namespace gramstack::compiler
