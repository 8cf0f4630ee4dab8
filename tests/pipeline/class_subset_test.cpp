#include "pipeline/class_subset.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "toy_pipeline.h"

using namespace gramstack;
using test::faults;
using test::load_toy;
using test::toy_with;

namespace {

/// Four images of 1 x 2 pixels, 8 bytes apart; images 0..3 are of classes 2, 0, 1, 2.
class Four final : public Dataset {
 public:
  explicit Four(std::int32_t first = 2) : labels_{first, 0, 1, 2} {
    for (std::size_t i = 0; i < pixels_.size(); ++i) pixels_[i] = static_cast<std::uint8_t>(i);
  }
  ImageFormat format() const override { return {1, 1, 2}; }
  std::vector<std::string> classes() const override { return {"ant", "bee", "cat"}; }
  Records records(Split split) const override {
    const std::size_t size = split == Split::train ? 4 : 2;
    return {pixels_.data(), 8, std::span(labels_).first(size)};
  }

 private:
  std::vector<std::int32_t> labels_;
  std::vector<std::uint8_t> pixels_ = std::vector<std::uint8_t>(32);
};

std::vector<std::int32_t> labels(const Dataset& dataset, Split split) {
  const std::span<const std::int32_t> labels = dataset.records(split).labels;
  return {labels.begin(), labels.end()};
}

std::string with_classes(const std::string& classes) {
  return toy_with("{type: toy}", "{type: toy, classes: " + classes + "}");
}

}  // namespace

TEST_CASE("pipeline: a subset of classes keeps images and gives new labels") {
  const std::shared_ptr<Dataset> subset = class_subset(Four(), {2, 0});
  CHECK(subset->classes() == std::vector<std::string>{"cat", "ant"});
  CHECK(subset->format() == ImageFormat{1, 1, 2});
  CHECK(labels(*subset, Split::train) == std::vector<std::int32_t>{0, 1, 0});
  CHECK(labels(*subset, Split::test) == std::vector<std::int32_t>{0, 1});
  const Records train = subset->records(Split::train);
  CHECK(std::vector<std::uint8_t>(train.pixels, train.pixels + 6) == std::vector<std::uint8_t>{0, 1, 8, 9, 24, 25});
  CHECK(train.image(2)[1] == 25);
}

TEST_CASE("pipeline: a subset of a data set with wrong labels is refused") {
  CHECK_THROWS_WITH_AS(class_subset(Four(3), {0, 1}), "labels an image 3, but has 3 classes", Error);
}

TEST_CASE("pipeline: data.classes takes names and labels") {
  const Pipeline pipeline = load_toy(with_classes("[c, 0]"));
  CHECK(pipeline.data.dataset->classes() == std::vector<std::string>{"c", "a"});
  CHECK(pipeline.data.dataset->records(Split::train).size() == 40);
  CHECK(pipeline.data.resolved.find("classes:") != std::string::npos);
  CHECK(load_toy(pipeline.resolved).data.dataset->classes() == std::vector<std::string>{"c", "a"});
  CHECK(load_toy(with_classes("[c, 0]"), {"data.classes=[b, a]"}).data.dataset->classes() ==
        std::vector<std::string>{"b", "a"});
}

TEST_CASE("pipeline: faults of data.classes") {
  CHECK(faults(with_classes("[a, 3, A, [b], 0]")) ==
        "toy.yaml:2:32: error: 'classes': there is no class '3' (it has a, b, c)\n"
        "    2 | data: {type: toy, classes: [a, 3, A, [b], 0]}\n"
        "      |                                ^\n"
        "toy.yaml:2:35: error: 'classes': there is no class 'A'; did you mean 'a'? (it has a, b, c)\n"
        "    2 | data: {type: toy, classes: [a, 3, A, [b], 0]}\n"
        "      |                                   ^\n"
        "toy.yaml:2:38: error: 'classes' expects names or labels of classes, got a list\n"
        "    2 | data: {type: toy, classes: [a, 3, A, [b], 0]}\n"
        "      |                                      ^\n"
        "toy.yaml:2:43: error: 'classes' has class 'a' a second time; keep one\n"
        "    2 | data: {type: toy, classes: [a, 3, A, [b], 0]}\n"
        "      |                                           ^\n"
        "4 errors in toy.yaml");
  CHECK(faults(with_classes("[a]")) ==
        "toy.yaml:2:28: error: 'classes' expects a list of at least two classes such as [cat, dog], got a list of 1\n"
        "    2 | data: {type: toy, classes: [a]}\n"
        "      |                            ^\n"
        "1 error in toy.yaml");
  CHECK(faults(with_classes("a")) ==
        "toy.yaml:2:28: error: 'classes' expects a list of at least two classes such as [cat, dog], got 'a'\n"
        "    2 | data: {type: toy, classes: a}\n"
        "      |                            ^\n"
        "1 error in toy.yaml");
}
