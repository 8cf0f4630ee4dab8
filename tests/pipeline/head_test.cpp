// Heads of hidden modules: what is read, and what is wrong with them.
#include <doctest/doctest.h>

#include "toy_pipeline.h"

using namespace gramstack;
using test::faults;
using test::load_toy;
using test::toy_with;

namespace {

constexpr const char* kLoss = "    loss: {type: pull}\n";  // of the hidden module, on line 7

std::string with_head(const std::string& head, const std::string& loss) {
  return toy_with(kLoss, "    head: " + head + "\n    loss: " + loss + "\n");
}

}  // namespace

TEST_CASE("pipeline: a head serves losses from labels, or else pairwise ones") {
  const Pipeline scores = load_toy(with_head("{type: dense}", "[{type: pull}, {type: scores, weight: 0.5}]"));
  CHECK(scores.stack[0].head != nullptr);
  CHECK(learns_labels(scores.stack[0]));
  const Pipeline projection = load_toy(with_head("{type: dense, units: 3}", "{type: pull}"));
  CHECK(projection.stack[0].head != nullptr);
  CHECK_FALSE(learns_labels(projection.stack[0]));
  CHECK(load_toy(test::kToyPipeline).stack[0].head == nullptr);
}

TEST_CASE("pipeline: a head stands in a module's resolved text, and none where there is none") {
  const Pipeline pipeline = load_toy(with_head("{type: dense}", "{type: scores}"));
  const std::string head = "    head:\n      type: dense  # given\n      units: 4  # default\n";
  CHECK(pipeline.resolved.find(head) != std::string::npos);
  CHECK(load_toy(pipeline.resolved).stack[0].resolved == pipeline.stack[0].resolved);
  CHECK(load_toy(test::kToyPipeline).resolved.find("head") == std::string::npos);
}

TEST_CASE("pipeline: parts of a cut module have its head or their own") {
  const Pipeline pipeline = load_toy(toy_with("    backbone: {type: dense, units: 8}\n",
                                              "    backbone: {type: ladder}\n"
                                              "    head: {type: dense}\n"
                                              "    cut: [{at: rung1, head: {type: ladder}, loss: {type: scores}}]\n"));
  REQUIRE(pipeline.stack.size() == 3);
  CHECK(pipeline.stack[0].head->cuts().size() == 3);
  CHECK(learns_labels(pipeline.stack[0]));
  CHECK(pipeline.stack[1].head->cuts().empty());
  CHECK_FALSE(learns_labels(pipeline.stack[1]));
}

TEST_CASE("pipeline: the output module takes no head") {
  CHECK(faults(toy_with("    loss: {type: scores}\n", "    loss: {type: scores}\n    head: {type: dense}\n")) ==
        "toy.yaml:13:5: error: module 'classifier' is the last one, the output module, and takes no head: it gives the "
        "scores itself; leave it out\n"
        "   13 |     head: {type: dense}\n"
        "      |     ^~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: a head is a backbone that fits the features and its losses") {
  CHECK(faults(with_head("{units: 3}", "{type: pull}")) ==
        "toy.yaml:7:11: error: 'head' needs 'type': one of dense, ladder, maps, rounding\n"
        "    7 |     head: {units: 3}\n"
        "      |           ^\n"
        "1 error in toy.yaml");
  CHECK(faults(with_head("{type: dens}", "{type: pull}")) ==
        "toy.yaml:7:18: error: unknown backbone 'dens'; did you mean 'dense'? (one of dense, ladder, maps, rounding; "
        "plugins are searched in LIBRARY)\n"
        "    7 |     head: {type: dens}\n"
        "      |                  ^~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(with_head("{type: maps}", "{type: pull}")) ==
        "toy.yaml:7:18: error: backbone 'maps': features/head/maps: conv2d layer wants x [n,c,h,w], got [128,8]\n"
        "    7 |     head: {type: maps}\n"
        "      |                  ^~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(with_head("{type: rounding}", "{type: scores}")) ==
        "toy.yaml:7:18: error: backbone 'rounding' must give scores [128,3], one of each class; it gives [128,4]\n"
        "    7 |     head: {type: rounding}\n"
        "      |                  ^~~~~~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: a device declines a node of a head too") {
  CHECK(faults(with_head("{type: dense}", "{type: scores}"), {"device={declined: one_hot}"})
            .find("error: device 'onednn' declines one_hot of module 'features': not today\n") != std::string::npos);
}
