#include <doctest/doctest.h>

#include "toy_pipeline.h"

using namespace gramstack;
using test::kToyPipeline;
using test::load_toy;
using test::toy_with;

TEST_CASE("pipeline: a good file becomes objects and values") {
  const Pipeline pipeline = load_toy(
      "# a comment\n"
      "gramstack: 1\n"
      "name: two modules, augmented\n"
      "x-note: {anything: [at, all]}\n"
      "seed: 12345678901\n"
      "device: {type: onednn, threads: 3}\n"
      "data:\n"
      "  type: toy\n"
      "  counts: [30, 30]\n"
      "  channels: 2\n"
      "  validation: 10\n"
      "  augment: [{type: crop, padding: 2}, {type: flip}]\n"
      "  mean: [0.5, 0.25]\n"
      "stack:\n"
      "  - module: features_1\n"
      "    backbone: {type: maps}\n"
      "    kernel: {type: unit, min: -1}\n"
      "    loss: [{type: pull, sharp: true}, {type: push, weight: 0.5}]\n"
      "    optimizer: {type: descent, lr: 1e-1, x-why: tuned}\n"
      "    schedule: {type: steps, epochs: [20, 10, 5], warmup: 2.5}\n"
      "    batch: 16\n"
      "    augment: false\n"
      "  - module: head-2\n"
      "    backbone: {type: dense}\n"
      "    loss: {type: scores}\n"
      "    labels: {per_class: 1}\n"
      "    optimizer: {type: descent, lr: 0.2}\n"
      "    schedule: {type: cosine, final_factor: 0.1}\n"
      "    epochs: 3\n");
  CHECK(pipeline.file.filename() == "toy.yaml");
  CHECK(pipeline.name == "two modules, augmented");
  CHECK(pipeline.seed == 12345678901u);
  CHECK(pipeline.device->describe() == "idle");
  CHECK(pipeline.given.starts_with("# a comment\n"));

  CHECK(pipeline.data.dataset->classes().size() == 2);
  CHECK(pipeline.data.validation == 10);
  CHECK(pipeline.data.augment.crop_padding == 2);
  CHECK(pipeline.data.augment.flip == Augmentation::Flip::random);
  CHECK(pipeline.data.mean == std::vector<double>{0.5, 0.25});
  CHECK(pipeline.data.deviation.empty());

  REQUIRE(pipeline.stack.size() == 2);
  const ModuleSpec& features = pipeline.stack[0];
  CHECK(features.name == "features_1");
  CHECK(features.backbone);
  CHECK(features.kernel->range().min == -1);
  REQUIRE(features.losses.size() == 2);
  CHECK(features.losses[0].name == "pull");
  CHECK(features.losses[0].weight == 1);
  CHECK(features.losses[1].name == "push");
  CHECK(features.losses[1].weight == 0.5);
  CHECK(features.optimizer->learning_rate() == 0.1);
  CHECK(features.schedule.kind == Schedule::Kind::steps);
  CHECK(features.schedule.epochs == 35);
  CHECK(features.schedule.stage_epochs == std::vector<std::int64_t>{20, 10, 5});
  CHECK(features.schedule.factor == 0.1);
  CHECK(features.schedule.warmup == 2.5);
  CHECK(features.batch == 16);
  CHECK_FALSE(features.augment);
  CHECK_FALSE(features.labels_per_class.has_value());

  const ModuleSpec& head = pipeline.stack[1];
  CHECK(head.name == "head-2");
  CHECK_FALSE(head.kernel);
  CHECK(head.labels_per_class == 1);
  CHECK(head.schedule.kind == Schedule::Kind::cosine);
  CHECK(head.schedule.epochs == 3);
  CHECK(head.schedule.final_factor == 0.1);
  CHECK(head.batch == 128);
  CHECK(head.augment);
}

TEST_CASE("pipeline: flips, labels, clips, averages and views as the file says") {
  const Pipeline pipeline = load_toy(
      toy_with("data: {type: toy}",
               "data: {type: toy, augment: [{type: flip, mode: alternating}]}\nevaluate: {mirror: true, shift: 2}"),
      {"stack.features.average={decay: 0.9}", "stack.features.clip={norm: 0.5}",
       "stack.classifier.labels={per_class: 3, choose: typical, spread: true}"});
  CHECK(pipeline.data.augment.flip == Augmentation::Flip::alternating);
  CHECK(pipeline.views.mirror);
  CHECK(pipeline.views.shift == 2);
  CHECK(pipeline.stack[0].clip == 0.5);
  CHECK_FALSE(pipeline.stack[1].clip.has_value());
  CHECK(pipeline.stack[0].average == 0.9);
  CHECK_FALSE(pipeline.stack[1].average.has_value());
  CHECK(pipeline.stack[1].labels_per_class == 3);
  CHECK(pipeline.stack[1].typical_labels);
  CHECK(pipeline.stack[1].spread_labels);
  CHECK_FALSE(load_toy(kToyPipeline).views.several());
  const ModuleSpec few = load_toy(kToyPipeline, {"stack.classifier.labels={per_class: 3}"}).stack[1];
  CHECK_FALSE(few.typical_labels);
  CHECK_FALSE(few.spread_labels);
}

TEST_CASE("pipeline: what is left out has its default") {
  const Pipeline pipeline = load_toy(kToyPipeline);
  CHECK(pipeline.name == "toy");
  CHECK(pipeline.seed == 0);
  CHECK(pipeline.device->describe() == "idle");
  CHECK_FALSE(pipeline.data.augment.any());
  CHECK(pipeline.stack[0].schedule.kind == Schedule::Kind::constant);
  CHECK(pipeline.stack[0].schedule.epochs == 5);
  CHECK(pipeline.stack[0].schedule.warmup == 0);
}

TEST_CASE("pipeline: a stack may be its output module alone") {
  const Pipeline pipeline = load_toy(
      "gramstack: 1\n"
      "data: {type: toy}\n"
      "stack: [{module: all, backbone: {type: dense}, loss: {type: scores}, optimizer: {type: descent, lr: 1}, "
      "schedule: {type: one-cycle, epochs: 9, peak: 0.5}, labels: all}]\n");
  REQUIRE(pipeline.stack.size() == 1);
  CHECK(pipeline.stack[0].schedule.kind == Schedule::Kind::one_cycle);
  CHECK(pipeline.stack[0].schedule.peak == 0.5);
  CHECK(pipeline.stack[0].schedule.start_factor == 0.04);
}
