// The op table: one row an op. Passes ask a row for its traits; none lists op names.
// To add an op: a row in graph/ops_*.cpp, a file per device under its ops/, a case in tests/conformance/cases.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/graph.h"

namespace gramstack {

/// Bits of Op::traits.
enum Trait : std::uint32_t {
  trait_source = 1u << 0,       ///< input, parameter, constant: has no inputs
  trait_elementwise = 1u << 1,  ///< every output element depends on the input elements at its (broadcast) place only
  trait_view = 1u << 2,         ///< same elements in the same row-major order: reshape
  trait_bound = 1u << 3,        ///< input, parameter: bound by name; added by Graph::add_input and add_parameter only
};

struct AttributeRule {
  enum class Type { integer, real, integers, reals };
  std::string name;
  Type type;
  bool required = true;
  Attribute fallback = std::int64_t{0};  ///< used when absent and not required
};

/// What a shape rule is given. Shape rules throw Error(configuration) through fail(): "wants ..., got ...".
struct InferInput {
  std::vector<TensorType> inputs;
  const Attributes& attributes;
};

/// What a gradient rule is given: the node it differentiates and the gradient of each of its outputs (no Value: zero).
struct GradientInput {
  Graph& graph;
  const Node node;               ///< a copy: adding nodes may move the graph's own
  std::vector<Value> outputs;    ///< the node's own outputs
  std::vector<Value> gradients;  ///< d(loss)/d(output); at least one is set
  Value add(std::string_view op, std::vector<Value> inputs, const Attributes& attributes = {}) const;
  const Shape& shape(Value value) const { return graph.shape(value); }
};

struct Op {
  std::string name;
  std::string summary;  ///< one sentence with the shapes
  int min_inputs = 0;
  int max_inputs = 0;
  std::vector<AttributeRule> attributes;
  std::uint32_t traits = 0;
  std::vector<TensorType> (*infer)(const InferInput&) = nullptr;
  /// d(loss)/d(input) for every input of the node; no Value: that input gets no gradient. nullptr: not differentiable.
  std::vector<Value> (*gradient)(const GradientInput&) = nullptr;
  /// Multiplications, each with an addition, by the op's definition. nullptr: not worth counting.
  std::int64_t (*products)(const InferInput&, const std::vector<TensorType>& outputs) = nullptr;

  bool has(Trait trait) const { return (traits & trait) != 0; }
};

std::span<const Op> op_table();
const Op* find_op(std::string_view name);  ///< nullptr: none

/// Products of all nodes of a graph: convolutions and matrix products, by their definition.
std::int64_t products(const Graph& graph);

/// The shape of a broadcast of two shapes (aligned at the right, extents equal or 1); throws Error(configuration).
Shape broadcast_shapes(const Shape& left, const Shape& right);

}  // namespace gramstack
