#include "support/residual_step.h"

#include "api/builder.h"

namespace gramstack::test {

Graph residual_step(bool add) {
  Graph graph;
  Builder b(graph, Mode::training);
  const Value x = b.input("x", {DataType::f32, {2, 8, 4, 4}});
  const Value w = b.weight("w", {8, 8, 3, 3}, Initializer::normal(1));
  const Value scale = b.weight("scale", {8}, Initializer::constant(1));
  const Value shift = b.weight("shift", {8}, Initializer::constant(0));
  const Value norm = b.batch_norm(b.conv2d(x, w, {3, 1, 1}), scale, shift, 1e-5).output;
  const Value y = b.relu(add ? b.add(norm, x) : norm);
  const Value loss = b.sum(b.square(y));
  graph.add_output("loss", loss);
  for (const Value parameter : {w, scale, shift})
    b.update(parameter, b.subtract(parameter, b.multiply(gradients(graph, loss, {parameter})[0], 0.5)));
  return graph;
}

}  // namespace gramstack::test
