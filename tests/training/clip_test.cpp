#include "training/clip.h"

#include <doctest/doctest.h>

#include <cmath>

#include "fixture.h"
#include "store/module_file.h"
#include "support/evaluate.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

/// Gradients [3, 0] and [4], of norm 5 together, clipped.
std::vector<double> clip_of_five(double norm) {
  Graph graph;
  Builder b(graph, Mode::training, DataType::f64);
  const std::vector<Value> kept = clipped(b, {b.constant({2}, {3, 0}), b.constant({1}, {4})}, norm);
  graph.add_output("first", kept[0]);
  graph.add_output("second", kept[1]);
  Tensors values = evaluate(*device("reference"), graph, {});
  return {values.at("first")[0], values.at("first")[1], values.at("second")[0]};
}

/// The weights of the hidden module after one epoch of gradient descent.
TensorMap trained(Pipeline pipeline, const std::filesystem::path& folder, const std::string& rate) {
  pipeline.data.validation = 0;
  pipeline.stack[0].optimizer = component<Optimizer>(GRAMSTACK_OPTIMIZER, "sgd", {{"lr", rate}});
  pipeline.stack[0].schedule.epochs = 1;
  return read_module_file(run(pipeline, options_of(folder)).modules[0].file).tensors;
}

double distance(const TensorMap& a, const TensorMap& b) {
  double square = 0;
  for (const TensorMap::value_type& entry : a) {
    const std::vector<double> x = decode(DataType::f32, entry.second.bytes),
                              y = decode(DataType::f32, b.at(entry.first).bytes);
    for (std::size_t i = 0; i < x.size(); ++i) square += std::pow(x[i] - y[i], 2);
  }
  return std::sqrt(square);
}

}  // namespace

TEST_CASE("training: a gradient longer than the clip is shortened to it, all parameters together") {
  CHECK(clip_of_five(2.5) == std::vector<double>{1.5, 0, 2});
  CHECK(clip_of_five(5) == std::vector<double>{3, 0, 4});
  CHECK(clip_of_five(7) == std::vector<double>{3, 0, 4});
}

TEST_CASE("training: a step with a clip moves the weights by that norm times the learning rate") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].batch = 240;  // one step
  const TensorMap start = trained(pipeline, folder / "start", "0");
  const double whole = distance(trained(pipeline, folder / "whole", "0.5"), start);
  pipeline.stack[0].clip = whole;
  CHECK(distance(trained(pipeline, folder / "half", "0.5"), start) == doctest::Approx(whole / 2).epsilon(1e-5));
  pipeline.stack[0].clip = 4 * whole;
  CHECK(distance(trained(pipeline, folder / "longer", "0.5"), start) == whole);
}
