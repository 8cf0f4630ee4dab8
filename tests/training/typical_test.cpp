#include "training/typical.h"

#include <doctest/doctest.h>

#include <cmath>

#include "fixture.h"
#include "store/module_file.h"
#include "support/evaluate.h"
#include "training/inference.h"
#include "training/parameters.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

double product(const std::vector<float>& rows, std::size_t i, std::size_t j) {
  double sum = 0;
  for (std::size_t k = 0; k < 12; ++k)
    sum += static_cast<double>(rows[i * 12 + k]) * static_cast<double>(rows[j * 12 + k]);
  return sum;
}

}  // namespace

TEST_CASE("training: typical labels are the images most similar to the others of their class") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[1].labels_per_class = 1;
  const RunReport random = run(pipeline, options_of(folder / "random"));
  pipeline.stack[1].typical_labels = true;
  const Preparation prepared = prepare(pipeline, false, std::size_t{1} << 20);
  const TensorMap parameters = with_prefix(read_module_file(random.modules[0].file).tensors, "features/");
  const Examples chosen = typical_examples(prepared, prepared.segments[1], parameters, {});
  REQUIRE(chosen.size() == 4);

  // All 54 training images of each class are candidates: fewer than the pool takes.
  const Examples all(pipeline.data.dataset->records(Split::train), prepared.images.training);
  Inference inference(*pipeline.device, input_graph(prepared.network, 1, 216), 216);
  inference.write(parameters);
  Feed feed(prepared.network, all);
  const std::vector<float> rows = inference.run(feed, all_positions(all), {});
  for (std::int32_t label = 0; label < 4; ++label) {
    double best = -1;
    std::int64_t best_image = -1;
    for (std::size_t i = 0; i < 216; ++i) {
      if (all.labels()[i] != label) continue;
      double similarity = 0;
      for (std::size_t j = 0; j < 216; ++j)
        if (all.labels()[j] == label) similarity += product(rows, i, j);
      if (similarity > best) {
        best = similarity;
        best_image = all.image(static_cast<std::int64_t>(i));
      }
    }
    std::int64_t found = -1;
    for (std::int64_t e = 0; e < 4; ++e)
      if (chosen.labels()[static_cast<std::size_t>(e)] == label) found = chosen.image(e);
    CHECK(found == best_image);
  }

  const RunReport typical = run(pipeline, options_of(folder / "typical"));
  CHECK(typical.modules[0].hash == random.modules[0].hash);
  CHECK(typical.test_accuracy > 0.5);
}
