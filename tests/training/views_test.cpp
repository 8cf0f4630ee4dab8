// Views of images that are evaluated.
#include <doctest/doctest.h>

#include "fixture.h"
#include "support/evaluate.h"
#include "training/inference.h"
#include "training/prepare.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

std::string text(const std::vector<View>& views) {
  std::string text;
  for (const View& view : views)
    text += std::to_string(view.down) + "," + std::to_string(view.right) + (view.mirror ? "m " : " ");
  return text;
}

}  // namespace

TEST_CASE("training: the views are the image, moved both ways, and each of them mirrored") {
  CHECK(text(Views{false, 0}.all()) == "0,0 ");
  CHECK(text(Views{true, 0}.all()) == "0,0 0,0m ");
  CHECK(text(Views{false, 2}.all()) == "0,0 -2,-2 2,2 ");
  CHECK(text(Views{true, 1}.all()) == "0,0 -1,-1 1,1 0,0m -1,-1m 1,1m ");
  CHECK_FALSE(Views{false, 0}.several());
  CHECK(Views{true, 0}.several());
  CHECK(Views{false, 1}.several());
}

TEST_CASE("training: a view moves an image, zeros moving in, and then mirrors it") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const Preparation prepared = prepare(pipeline, false, 0);
  const Network& network = prepared.network;
  Feed feed(network, all_examples(network, Split::test));
  Inference inference(*pipeline.device, preactivation_graph(network, 0, 1), 1);
  feed.look({1, -2, true});
  const std::vector<float> seen = inference.run(feed, Indices{5}, {});
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x) {
      const int from_y = y - 1, from_x = 7 - x + 2;
      const bool within = from_y >= 0 && from_x < 8;
      const double pixel = within ? feed.examples().pixels(5)[from_y * 8 + from_x] : 0;
      CHECK(seen[static_cast<std::size_t>(y * 8 + x)] ==
            doctest::Approx((pixel / 255 - network.mean[0]) / network.deviation[0]).epsilon(1e-5));
    }
}

TEST_CASE("training: rows are means over the views, and the feed looks straight again") {
  const BarsFolder folder;
  const Pipeline pipeline = bars_pipeline(folder.data());
  const Preparation prepared = prepare(pipeline, false, 0);
  Feed feed(prepared.network, all_examples(prepared.network, Split::test));
  Inference inference(*pipeline.device, preactivation_graph(prepared.network, 0, 1), 1);
  const std::vector<float> plain = inference.run(feed, Indices{5}, {});
  const std::vector<float> mean = inference.run(feed, Views{true, 0}, Indices{5}, {});
  for (std::size_t i = 0; i < 64; ++i)
    CHECK(mean[i] == doctest::Approx((plain[i] + plain[i / 8 * 8 + 7 - i % 8]) / 2).epsilon(1e-5));
  CHECK(inference.run(feed, Indices{5}, {}) == plain);
}

TEST_CASE("training: a trained stack evaluates in the views that its accuracy was measured in") {
  const BarsFolder folder;
  Pipeline pipeline = bars_pipeline(folder.data());
  const RunReport plain = run(pipeline, options_of(folder / "plain"));
  pipeline.views = {false, 1};
  const RunReport moved = run(pipeline, options_of(folder / "moved"));
  CHECK(moved.modules[0].hash == plain.modules[0].hash);
  CHECK(moved.modules[1].hash != plain.modules[1].hash);
  CHECK(TrainedStack(pipeline, folder / "moved").evaluate(Split::test).accuracy == moved.test_accuracy);
  RunOptions recomputed = options_of(folder / "recomputed");
  recomputed.end_to_end = true;
  const RunReport whole = run(pipeline, recomputed);
  CHECK(TrainedStack(pipeline, folder / "recomputed").evaluate(Split::test).accuracy == whole.test_accuracy);
}

TEST_CASE("training: views of maps are averaged over their scores") {
  const BarsFolder folder(16);
  Pipeline pipeline = bars_pipeline(folder.data());
  pipeline.stack[0].backbone = component<Backbone>(GRAMSTACK_BACKBONE, "resnet", {{"width", "2"}});
  pipeline.stack[0].schedule.epochs = 1;
  const Preparation plain = prepare(pipeline, false, std::size_t{1} << 30);
  CHECK(evaluation_source(plain.network, plain.segments[1], 80) == Source::features);
  pipeline.views = {true, 0};
  const Preparation mirrored = prepare(pipeline, false, std::size_t{1} << 30);
  CHECK(evaluation_source(mirrored.network, mirrored.segments[1], 80) == Source::images);
}
