#include "pipeline/render.h"

#include <doctest/doctest.h>

#include "toy_pipeline.h"

using namespace gramstack;
using test::kToyPipeline;
using test::load_toy;

namespace {

/// The text without its comments.
std::string bare(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    result += line.substr(0, line.find("  # ")) + "\n";
    at = end + 1;
  }
  return result;
}

}  // namespace

TEST_CASE("pipeline: the resolved text has every value and where it came from") {
  const Pipeline pipeline = load_toy(
      "gramstack: 1\n"
      "x-note: left out\n"
      "data: {type: toy, counts: [30, 30], augment: [{type: crop, padding: 1}, {type: flip}]}\n"
      "stack:\n"
      "  - module: features\n"
      "    backbone: {type: dense}\n"
      "    kernel: {type: unit}\n"
      "    loss: [{type: pull, weight: 2e-1}, {type: push}]\n"
      "    optimizer: {type: descent, lr: 0.1}\n"
      "    schedule: {type: steps, epochs: [3, 2], factor: 0.5}\n"
      "  - module: classifier\n"
      "    backbone: {type: dense}\n"
      "    loss: {type: scores}\n"
      "    labels: {per_class: 2}\n"
      "    optimizer: {type: descent, lr: 1}\n"
      "    epochs: 3\n",
      {"seed=7", "stack.features.schedule.epochs.1=4", "stack.classifier.optimizer.momentum=0"});
  CHECK(pipeline.resolved ==
        "gramstack: 1  # given\n"
        "name: toy  # default\n"
        "seed: 7  # --set\n"
        "schedule: in-turn  # default\n"
        "device:\n"
        "  type: onednn  # default\n"
        "  threads: 0  # default\n"
        "  declined: \"\"  # default\n"
        "data:\n"
        "  type: toy  # given\n"
        "  counts: [30, 30]  # given\n"
        "  channels: 1  # default\n"
        "  size: 4  # default\n"
        "  missing: \"\"  # default\n"
        "  label: -1  # default\n"
        "  validation: 0  # default\n"
        "  mean: []  # default\n"
        "  deviation: []  # default\n"
        "  pairs: \"\"  # default\n"
        "  infer: true  # default\n"
        "  augment:\n"
        "    - type: crop  # given\n"
        "      padding: 1  # given\n"
        "    - type: flip  # given\n"
        "      mode: random  # default\n"
        "stack:\n"
        "  - module: features  # given\n"
        "    backbone:\n"
        "      type: dense  # given\n"
        "      units: 4  # default\n"
        "    kernel:\n"
        "      type: unit  # given\n"
        "      min: 0  # default\n"
        "    loss:\n"
        "      - type: pull  # given\n"
        "        sharp: false  # default\n"
        "        weight: 2e-1  # given\n"
        "      - type: push  # given\n"
        "        weight: 1  # default\n"
        "    optimizer:\n"
        "      type: descent  # given\n"
        "      lr: 0.1  # given\n"
        "      momentum: 0.9  # default\n"
        "    schedule:\n"
        "      type: steps  # given\n"
        "      epochs: [3, 4]  # --set\n"
        "      factor: 0.5  # given\n"
        "      warmup: 0  # default\n"
        "    batch: 128  # default\n"
        "    augment: true  # default\n"
        "    labels: all  # default\n"
        "    clip: none  # default\n"
        "    average: none  # default\n"
        "  - module: classifier  # given\n"
        "    backbone:\n"
        "      type: dense  # given\n"
        "      units: 4  # default\n"
        "    loss:\n"
        "      type: scores  # given\n"
        "      weight: 1  # default\n"
        "    optimizer:\n"
        "      type: descent  # given\n"
        "      lr: 1  # given\n"
        "      momentum: 0  # --set\n"
        "    schedule:\n"
        "      type: constant  # default\n"
        "      epochs: 3  # given\n"
        "      warmup: 0  # default\n"
        "    batch: 128  # default\n"
        "    augment: true  # default\n"
        "    labels:\n"
        "      per_class: 2  # given\n"
        "      choose: random  # default\n"
        "      spread: false  # default\n"
        "    clip: none  # default\n"
        "    average: none  # default\n"
        "evaluate:\n"
        "  mirror: false  # default\n"
        "  shift: 0  # default\n");
  CHECK(pipeline.data.resolved ==
        "type: toy\n"
        "counts: [30, 30]\n"
        "channels: 1\n"
        "size: 4\n"
        "missing: \"\"\n"
        "label: -1\n"
        "validation: 0\n"
        "mean: []\n"
        "deviation: []\n"
        "pairs: \"\"\n"
        "infer: true\n"
        "augment:\n"
        "  - type: crop\n"
        "    padding: 1\n"
        "  - type: flip\n"
        "    mode: random\n");
  CHECK(pipeline.stack[1].resolved ==
        "module: classifier\n"
        "backbone:\n"
        "  type: dense\n"
        "  units: 4\n"
        "loss:\n"
        "  type: scores\n"
        "  weight: 1\n"
        "optimizer:\n"
        "  type: descent\n"
        "  lr: 1\n"
        "  momentum: 0\n"
        "schedule:\n"
        "  type: constant\n"
        "  epochs: 3\n"
        "  warmup: 0\n"
        "batch: 128\n"
        "augment: true\n"
        "labels:\n"
        "  per_class: 2\n"
        "  choose: random\n"
        "  spread: false\n"
        "clip: none\n"
        "average: none\n");
}

TEST_CASE("pipeline: the resolved text loads to the same values") {
  const Pipeline first = load_toy(kToyPipeline, {"stack.features.loss=[{type: pull}, {type: push}]", "seed=3"});
  const Pipeline second = load_toy(first.resolved);
  CHECK(bare(second.resolved) == bare(first.resolved));
  CHECK(second.resolved.find("# default") == std::string::npos);
  CHECK(second.data.resolved == first.data.resolved);
  CHECK(second.stack[0].resolved == first.stack[0].resolved);
  CHECK(second.seed == 3);
  CHECK(second.stack[0].losses.size() == 2);
  CHECK(second.stack[0].schedule.epochs == first.stack[0].schedule.epochs);
}

TEST_CASE("pipeline: values given and left out resolve to one part of metadata") {
  const Pipeline plain = load_toy(kToyPipeline);
  const Pipeline wordy = load_toy(kToyPipeline, {"stack.features.batch=128", "stack.features.kernel.min=0"});
  CHECK(plain.stack[0].resolved == wordy.stack[0].resolved);
}

TEST_CASE("pipeline: texts survive rendering") {
  for (const std::string name :
       {"a b",       "a, b", "a: b", "- a", "-1",   "--",  "#x",    "a #b",       "'x'",
        "\\\"x\\\"", "null", "Null", "~",   "true", "010", "a\\nb", "tab\\there", "back\\\\slash",
        "größe",     "...",  "---",  "x ",  " x",   "[a]", "{a}",   "*a",         "&a",
        "!a",        "%a",   "@a",   "`a",  "?",    ":",   "a:",    "a?",         "|",
        ">",         "<<",   "1e-4", ".5",  "+1",   "/a/b"}) {
    CAPTURE(name);
    const Pipeline first = load_toy("name: \"" + name + "\"\n" + kToyPipeline);
    const Pipeline second = load_toy(first.resolved);
    CHECK(second.name == first.name);
    CHECK(load_toy(second.resolved).resolved == second.resolved);
  }
}
