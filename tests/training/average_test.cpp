#include "training/average.h"

#include <doctest/doctest.h>

#include "fixture.h"
#include "store/module_file.h"
#include "support/evaluate.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("training: an average counts the first steps evenly and then forgets") {
  Graph graph;
  Builder b(graph, Mode::training, DataType::f64);
  const Value weight = b.weight("w", {1}, Initializer::constant(0));
  const Value step = b.input("step", {DataType::f64, {}});
  b.update(weight, b.add(weight, 1.0));
  emit_averages(b, std::vector<Update>(graph.updates()), 0.75, step);
  CHECK(average_of("w") == "w/average");
  Tensors state = {{"w", {0}}, {"w/average", {1000}}};
  double expected = 0;
  for (int t = 1; t <= 8; ++t) {
    state["step"] = {static_cast<double>(t)};
    state = evaluate(*device("reference"), graph, state);
    const double kept = t <= 4 ? 1 - 1.0 / t : 0.75;
    expected = kept * expected + (1 - kept) * t;
    CHECK(state.at("w/average")[0] == doctest::Approx(expected));
    if (t == 4) CHECK(state.at("w/average")[0] == doctest::Approx(2.5));
  }
}

TEST_CASE("training: averages are kept in place of the last weights and statistics, and survive an interruption") {
  const BarsFolder folder(8);
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.data.validation = 0;
  pipeline.stack[0].backbone =
      component<Backbone>(GRAMSTACK_BACKBONE, "quick-net", {{"widths", "[4, 8]"}, {"shift_rate", "1"}});
  pipeline.stack[0].schedule.epochs = 2;
  const RunReport last = run(pipeline, options_of(folder / "last"));
  pipeline.stack[0].average = 0.9;
  const RunReport averaged = run(pipeline, options_of(folder / "averaged"));
  const ModuleFile one = read_module_file(last.modules[0].file), other = read_module_file(averaged.modules[0].file);
  REQUIRE(one.tensors.size() == other.tensors.size());
  for (const TensorMap::value_type& entry : one.tensors) {
    const std::string& name = entry.first;
    CAPTURE(name);
    REQUIRE(other.tensors.contains(name));
    CHECK((other.tensors.at(name).bytes == entry.second.bytes) == (name == "whitening/weight"));
  }
  run_until(pipeline, options_of(folder / "stopped"), 7, true);
  CHECK(run_until(pipeline, options_of(folder / "stopped"), 1000000, false) == "");
  CHECK(outcome_of(folder / "stopped") == outcome_of(folder / "averaged"));
}
