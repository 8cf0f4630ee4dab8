#include "api/ops.h"

#include <iterator>

#include "graph/rules.h"

namespace gramstack {

namespace {

std::vector<Op> join() {
  std::vector<Op> table;
  for (std::vector<Op> (*topic)() :
       {rules::source_ops, rules::elementwise_ops, rules::shape_ops, rules::reduction_ops, rules::linear_ops,
        rules::convolution_ops, rules::normalization_ops, rules::pooling_ops, rules::data_ops}) {
    std::vector<Op> rows = topic();
    table.insert(table.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  }
  return table;
}

}  // namespace

std::span<const Op> op_table() {
  static const std::vector<Op> table = join();
  return table;
}

std::int64_t products(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Node& node : graph.nodes()) {
    if (!node.op->products) continue;
    InferInput input{{}, node.attributes};
    for (Value value : node.inputs) input.inputs.push_back(graph.type(value));
    sum += node.op->products(input, node.outputs);
  }
  return sum;
}

const Op* find_op(std::string_view name) {
  for (const Op& op : op_table())
    if (op.name == name) return &op;
  return nullptr;
}

}  // namespace gramstack
