#include "pipeline/pair_file.h"

#include <doctest/doctest.h>

#include "api/error.h"
#include "store/files.h"
#include "support/scratch_folder.h"
#include "toy_pipeline.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

std::string complaint(const std::string& text) {
  const ScratchFolder folder;
  write_atomically(folder / "pairs.csv", text);
  try {
    read_pair_file(folder / "pairs.csv", 60, true);
    return "";
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::data);
    std::string message = error.what();
    return message.substr(message.find("pairs.csv"));
  }
}

}  // namespace

TEST_CASE("pipeline: a file of pairs") {
  const ScratchFolder folder;
  write_atomically(folder / "pairs.csv", std::string_view("# drawn\n0,59,same\r\n\n7,0,different"));
  const std::shared_ptr<const PairFile> pairs = read_pair_file(folder / "pairs.csv", 60, true);
  CHECK(pairs->count == 2);
  CHECK(pairs->path == folder / "pairs.csv");
  CHECK(pairs->known.images() == 60);
  CHECK(pairs->known.of(59, 0) == Known::same);
  CHECK(pairs->known.of(59, 7) == Known::different);
}

TEST_CASE("pipeline: faults of a file of pairs") {
  CHECK(complaint("1,2,same\n1;3,same\n") ==
        "pairs.csv:2:1: error: expected a line such as 17,4023,same, got '1;3,same'");
  CHECK(complaint("1,2,same\n1,\n") == "pairs.csv:2:3: error: expected a line such as 17,4023,same, got ''");
  CHECK(complaint("1,60,same\n") ==
        "pairs.csv:1:3: error: there is no training image 60: there are 60, counted from 0");
  CHECK(complaint("-1,6,same\n") ==
        "pairs.csv:1:1: error: there is no training image -1: there are 60, counted from 0");
  CHECK(complaint("12,13,equal\n") == "pairs.csv:1:7: error: expected same or different, got 'equal'");
  CHECK(complaint("12,12,same\n") == "pairs.csv:1:1: error: a pair is of two images; this one is 12 twice");
  CHECK(complaint("# nothing\n\n") == "pairs.csv: error: it has no pairs");
}

TEST_CASE("pipeline: what does not go with pairs is told where it stands") {
  const ScratchFolder folder;
  write_atomically(folder / "pairs.csv", std::string_view("0,1,same\n"));
  const std::string data = "data: {type: toy, pairs: " + (folder / "pairs.csv").string() + "}";
  CHECK(faults(toy_with("data: {type: toy}", data)) == "");
  const std::string missing = faults(toy_with("data: {type: toy}", "data: {type: toy, pairs: no.csv}"));
  CHECK(missing.find("toy.yaml:2:26: error: ") == 0);
  CHECK(missing.find("no.csv") != std::string::npos);
  const std::string few = toy_with("  - module: features\n", "  - module: features\n    labels: {per_class: 2}\n");
  std::string both = few;
  both.replace(both.find("data: {type: toy}"), 17, data);
  CHECK(faults(both).find("module 'features' learns from the pairs of 'data', without labels; leave 'labels' out") !=
        std::string::npos);
}
