// Whatever a component hands to Graph::add, the answer is a node with sane types or a configuration error.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include "api/error.h"
#include "api/ops.h"

using namespace gramstack;

namespace {

constexpr int kDraws = 3000;  // for each op

class Draw {
 public:
  template <class T>
  T one_of(const std::vector<T>& values) {
    return values[generator_() % values.size()];  // not std::uniform_int_distribution: the same on every library
  }

  std::int64_t integer() { return one_of<std::int64_t>({0, 1, 1, 2, 2, 3, 4, 32, 64, -1, kLarge, -kLarge}); }
  double real() { return one_of<double>({1e-5, 1, 0, -1, std::numeric_limits<double>::infinity(), std::nan("")}); }

  TensorType type() {
    const DataType type = one_of<DataType>({DataType::f32, DataType::f32, DataType::f32, DataType::i32, DataType::u8});
    const std::vector<Shape> shapes = {{},
                                       {1},
                                       {2},
                                       {3},
                                       {2, 3},
                                       {3, 3},
                                       {2, 1},
                                       {2, 3, 4},
                                       {2, 3, 4, 4},
                                       {2, 3, 3, 3},
                                       {3, 3, 3, 3},
                                       {2, 3, 2, 2},
                                       {std::int64_t{1} << 40}};
    return {type, one_of(shapes)};
  }

  Attribute attribute(AttributeRule::Type type) {
    const std::size_t count = generator_() % 4;
    switch (type) {
      case AttributeRule::Type::integer:
        return integer();
      case AttributeRule::Type::real:
        return real();
      case AttributeRule::Type::integers:
        return list<std::int64_t>(count, &Draw::integer);
      case AttributeRule::Type::reals:
        return list<double>(count, &Draw::real);
    }
    return std::int64_t{0};
  }

 private:
  static constexpr std::int64_t kLarge = std::int64_t{1} << 62;

  template <class T>
  std::vector<T> list(std::size_t count, T (Draw::*element)()) {
    std::vector<T> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back((this->*element)());
    return values;
  }

  std::mt19937 generator_{1};
};

/// A node of this op on drawn inputs; no Value when it was refused as it should be.
Value add_drawn(Graph& graph, const Op& op, Draw& draw) {
  std::vector<Value> inputs;
  const int count = draw.one_of<int>({op.min_inputs, op.max_inputs});
  const TensorType common = draw.type();
  for (int i = 0; i < count; ++i) {
    const TensorType type = draw.one_of<TensorType>({common, common, draw.type()});
    inputs.push_back(graph.add_input("x" + std::to_string(i), type));
  }
  Attributes attributes;
  for (const AttributeRule& rule : op.attributes)
    if (rule.required || draw.one_of<bool>({true, false})) attributes.set(rule.name, draw.attribute(rule.type));
  try {
    return graph.add(op.name, inputs, attributes, "here");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::configuration);
    CHECK(std::string(error.what()).find("here: " + op.name) == 0);
    return {};
  }
}

void check_sane(const TensorType& type) {
  double count = 1;  // cannot overflow
  for (std::int64_t extent : type.shape) {
    CHECK(extent >= 1);
    count *= static_cast<double>(extent);
  }
  CHECK(count <= 281474976710656.0);
}

/// The gradient rule must accept every node that the shape rule accepts.
void check_differentiable(Graph& graph, Value value) {
  const Node node = graph.node(value);
  for (Value input : node.inputs) {
    const Value loss = graph.add("sum", {value});
    try {
      const Value gradient = gradients(graph, loss, {input})[0];
      CHECK(graph.type(gradient) == graph.type(input));
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("here: " + node.op->name + " has no gradient for its input ") == 0);
    }
  }
}

}  // namespace

TEST_CASE("graph: odd inputs and attributes are refused or give sane nodes") {
  Draw draw;
  for (const Op& op : op_table()) {
    if (op.has(trait_bound)) continue;
    CAPTURE(op.name);
    int accepted = 0;
    for (int i = 0; i < kDraws; ++i) {
      Graph graph;
      const Value value = add_drawn(graph, op, draw);
      if (!value) continue;
      ++accepted;
      for (const TensorType& type : graph.node(value).outputs) check_sane(type);
      if (op.gradient && is_real(graph.type(value).type)) check_differentiable(graph, value);
    }
    if (op.gradient) CHECK(accepted > 0);  // else nothing was asked of the gradient rule
  }
}
