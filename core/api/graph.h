// The graph that components emit and devices compile: typed, shape-checked, append-only.
//
// A node is one application of an op (api/ops.h); a Value is one of its outputs. Nodes stand in the order they were
// added, which is a valid order of execution. A graph describes one *step*: it reads inputs and parameters, computes
// outputs, and at its end replaces parameters by the values given in updates(), all at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/tensor.h"

namespace gramstack {

struct Op;  // a row of the op table

/// One output of one node. Default-constructed: no value.
struct Value {
  std::int32_t node = -1;
  std::int32_t output = 0;
  explicit operator bool() const { return node >= 0; }
  bool operator==(const Value&) const = default;
};

using Attribute = std::variant<std::int64_t, double, std::vector<std::int64_t>, std::vector<double>>;

/// Named attributes of a node, sorted by name. After Graph::add() every attribute of the op's row is present.
class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<std::string, Attribute>> items);
  void set(std::string name, Attribute value);
  const Attribute* find(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;  ///< REQUIRES: present and of that type; likewise below
  double real(std::string_view name) const;
  const std::vector<std::int64_t>& integers(std::string_view name) const;
  const std::vector<double>& reals(std::string_view name) const;
  const std::vector<std::pair<std::string, Attribute>>& items() const { return items_; }
  bool operator==(const Attributes&) const = default;

 private:
  std::vector<std::pair<std::string, Attribute>> items_;
};

struct Node {
  const Op* op = nullptr;
  std::vector<Value> inputs;
  Attributes attributes;
  std::vector<TensorType> outputs;
  std::string name;  ///< "features/conv1": the scope it was added in, then its own name; sources: their binding name
};

/// How the core fills a parameter before training. Random numbers depend on (seed, parameter's name, index) alone.
struct Initializer {
  enum class Kind { constant, normal, uniform, examples, inverse_factor, identity, whitening };
  Kind kind = Kind::constant;
  double scale = 0;      ///< the constant; the standard deviation; the bound of [-scale, scale); what is added
  bool balanced = true;  ///< examples, inverse_factor: the same number of every class

  static Initializer constant(double value) { return {Kind::constant, value, true}; }
  static Initializer normal(double standard_deviation) { return {Kind::normal, standard_deviation, true}; }
  static Initializer uniform(double bound) { return {Kind::uniform, bound, true}; }
  /// Rows are the module's input values (pre-activations of the module below) of training examples: kernel centres.
  static Initializer examples(bool balanced) { return {Kind::examples, 0, balanced}; }
  /// [m,m]: L^-1, where L L^T is the Gram matrix, by the kernel of the module below, of the m rows that examples()
  /// draws (the same for the same m), with `ridge` added to its diagonal.
  static Initializer inverse_factor(bool balanced, double ridge) { return {Kind::inverse_factor, ridge, balanced}; }
  /// Filters [k,c,size,size]: the first c of them pass a channel on each, the others are uniform in [-bound, bound).
  static Initializer identity(double bound) { return {Kind::identity, bound, true}; }
  /// Filters [k,c,size,size], k even, at most 2 c size^2, of the first module's first convolution: the k/2 principal
  /// directions of the training images' patches, each divided by the root of its mean square (plus epsilon), and then
  /// their negatives.
  static Initializer whitening(double epsilon) { return {Kind::whitening, epsilon, true}; }
};

/// What sets a weight apart from others in the eyes of optimizers.
struct Treatment {
  double rate = 1;    ///< factor on the learning rate
  bool decay = true;  ///< whether weight decay applies
};

/// What a parameter is for; all of them persist between runs of a plan.
enum class Role : std::uint8_t {
  weight,  ///< trained by an optimizer, saved in the module file
  state,   ///< not trained (running statistics, fixed centres), saved in the module file
  slot,    ///< an optimizer's own memory, saved in checkpoints only
};

struct Parameter {
  std::string name;
  Value value;
  Role role = Role::weight;
  Initializer initializer;
  Treatment treatment = {};  ///< weights only
};

struct NamedValue {
  std::string name;
  Value value;
};

struct Update {
  Value parameter;
  Value value;
};

class Graph {
 public:
  /// Appends a node after checking inputs, attributes and shapes against the op's row; fills attribute defaults.
  /// Throws Error(configuration) naming `name`, the op, what it got and what it wants.
  Value add(std::string_view op, std::vector<Value> inputs, const Attributes& attributes = {}, std::string name = {});

  /// A tensor written by the host before each run. Names of inputs, parameters and outputs are unique together.
  Value add_input(std::string name, TensorType type);
  Value add_parameter(std::string name, TensorType type, Role role, Initializer initializer, Treatment treatment = {});
  void add_output(std::string name, Value value);
  /// At the end of the step `parameter` takes `value`. One update per parameter; types must agree.
  void add_update(Value parameter, Value value);

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(Value value) const { return nodes_[static_cast<std::size_t>(value.node)]; }
  const TensorType& type(Value value) const;
  const Shape& shape(Value value) const { return type(value).shape; }
  const std::vector<NamedValue>& inputs() const { return inputs_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<NamedValue>& outputs() const { return outputs_; }
  const std::vector<Update>& updates() const { return updates_; }
  const Parameter* find_parameter(std::string_view name) const;  ///< nullptr: none
  const Parameter* find_parameter(Value value) const;

 private:
  Value append(const Op& op, std::vector<Value> inputs, const Attributes& attributes, std::string name);
  Value append_bound(std::string_view op, const std::string& name, TensorType type);
  void check_unique(const std::string& name) const;

  std::vector<Node> nodes_;
  std::vector<NamedValue> inputs_;
  std::vector<Parameter> parameters_;
  std::vector<NamedValue> outputs_;
  std::vector<Update> updates_;
};

/// One line a node, as tests compare it, for example
///   %3 = conv2d(%0, %1, %2) padding=2 stride=1 : f32[128,6,28,28]  # features/conv1
/// with every attribute, sorted by name. Sources show what they are instead: input(), parameter(weight), constant(0.5).
/// Outputs of a node after its first are %3.1, %3.2, and its types stand in parentheses. Lists are cut after 8 values.
/// After the nodes: output loss = %9, and update features/conv1/weight = %12.
std::string to_text(const Graph& graph);
/// The same for Graphviz: boxes for nodes, ellipses for outputs, dashed arrows for updates.
std::string to_dot(const Graph& graph);

/// The graph without nodes that no output and no update needs. Inputs and parameters stay.
Graph without_dead_nodes(const Graph& graph);

/// d(loss)/d(wrt[i]) for a scalar loss, by nodes appended to the graph (reverse mode). A wrt that the loss does not
/// depend on gets zeros. Throws Error(configuration) naming a node on the path whose op has no gradient. Appended nodes
/// bear the name of the node they belong to; gradients that nobody asked for are left as dead nodes.
std::vector<Value> gradients(Graph& graph, Value loss, const std::vector<Value>& wrt);

}  // namespace gramstack
