#include "training/stored_stack.h"

#include <doctest/doctest.h>

#include <cmath>

#include "fixture.h"
#include "support/evaluate.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

constexpr const char* kFeatures =
    "module: features\nbackbone:\n  type: mlp\n  widths: [16, 12]\nkernel:\n  type: relu\n"
    "loss:\n  type: alignment\noptimizer:\n  type: gone\n";

/// A run of two hidden modules, its files in a store.
struct Stored {
  BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  ModuleStore store{folder / "store"};
  std::vector<std::string> hashes;

  Stored() {
    pipeline.stack.insert(
        pipeline.stack.begin() + 1,
        hidden_module("more", component<Backbone>(GRAMSTACK_BACKBONE, "mlp", {{"widths", "[10]"}}), "tanh", 1));
    pipeline.stack[0].resolved = kFeatures;
    pipeline.stack[1].resolved = "module: more\nbackbone: {type: mlp, widths: [10]}\nkernel: {type: tanh}\n";
    for (const ModuleReport& module : run(pipeline, options_of(folder / "run")).modules)
      hashes.push_back(store.put(module.file, {}));
  }
  std::string failure(const std::string& hash, const DataSpec& data) {
    return replaced(failure_of([&] { StoredStack(store, hash, data, device("reference"), plugins()); }),
                    folder.path().string(), "DIR");
  }
};

}  // namespace

TEST_CASE("training: a stored stack gives the features that an output module on it is trained on") {
  Stored stored;
  StoredStack stack(stored.store, stored.hashes[1], stored.pipeline.data, device("reference"), plugins());
  CHECK(stack.top().module.module == "more");
  REQUIRE(stack.network().size() == 2);
  CHECK(stack.network().module(0).losses.size() == 1);
  CHECK(stack.network().module(1).losses.empty());  // its metadata do not say
  const Examples test = all_examples(stack.network(), Split::test);
  const FeatureTable outputs = stack.outputs(test), features = stack.features(test);
  CHECK(outputs.width == 10);
  CHECK(features.width == 10);
  REQUIRE(features.rows.size() == 800);
  double length = 0, product = 0, output_length = 0;
  for (std::size_t i = 0; i < 10; ++i) {  // unit length, and the tanh of the outputs but for that
    length += features.rows[i] * features.rows[i];
    product += features.rows[i] * std::tanh(outputs.rows[i]);
    output_length += std::tanh(outputs.rows[i]) * std::tanh(outputs.rows[i]);
  }
  CHECK(length == doctest::Approx(1));
  CHECK(product / std::sqrt(output_length) == doctest::Approx(1));
}

TEST_CASE("training: a stored stack works on other images of its shape, and on no others") {
  Stored stored;
  const ScratchFolder other;
  write_bars(other.path() / "same", 16, 8, 8);
  write_bars(other.path() / "large", 16, 8, 10);
  DataSpec data;
  data.dataset = component<Dataset>(GRAMSTACK_DATASET, "idx", {{"path", (other.path() / "same").string()}});
  StoredStack stack(stored.store, stored.hashes[0], data, device("reference"), plugins());
  CHECK(stack.features(all_examples(stack.network(), Split::train)).rows.size() == 16 * 12);
  data.dataset = component<Dataset>(GRAMSTACK_DATASET, "idx", {{"path", (other.path() / "large").string()}});
  CHECK(stored.failure(stored.hashes[0], data) ==
        "5: module file DIR/store/" + stored.hashes[0] +
            ".safetensors was trained on images of 1 x 8 x 8, those of the data set are 1 x 10 x 10");
}

TEST_CASE("training: an output module and a stack with a gap give no features") {
  Stored stored;
  CHECK(stored.failure(stored.hashes[2], stored.pipeline.data) ==
        "6: module " + stored.hashes[2].substr(0, 12) +
            " (classifier) is an output module: it gives scores of the classes that it was trained on, and only hidden "
            "modules give features");
  std::filesystem::remove(stored.store.file(stored.hashes[0]));
  CHECK(stored.failure(stored.hashes[1], stored.pipeline.data) ==
        "6: module " + stored.hashes[1].substr(0, 12) + " (more) stands on module " + stored.hashes[0].substr(0, 12) +
            ", which the module store DIR/store lacks");
}
