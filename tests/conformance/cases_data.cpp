#include "cases.h"

namespace gramstack::conformance {
namespace {

void add_labels(Cases& cases) {
  const Attributes classes = {{"classes", std::int64_t{5}}};
  cases.push_back(op_case("one_hot", {labels({0, 4, 2, 2, 1, 3, 0})}, classes));
  cases.push_back(
      noted(op_case("one_hot", {labels({-1, 5, 2, -2147483648.0, 2147483647.0})}, classes), "labels outside"));
  cases.push_back(op_case("one_hot", {labels({0})}, {{"classes", std::int64_t{1}}}));
  cases.push_back(noted(op_case("pair_masks", {labels({0, 1, 0, 2, 1, 0, 7})}), "mixed"));
  cases.push_back(noted(op_case("pair_masks", {labels({0, -1, 0, -1, 1})}), "some unknown"));
  cases.push_back(noted(op_case("pair_masks", {labels({-1, -1, -1})}), "all unknown"));
  cases.push_back(noted(op_case("pair_masks", {labels({3, 3, 3, 3})}), "all the same"));
  cases.push_back(noted(op_case("pair_masks", {labels({4})}), "one image"));
  std::vector<double> many;
  for (int i = 0; i < 33; ++i) many.push_back(i * 7 % 10);
  cases.push_back(noted(op_case("pair_masks", {labels(many)}), "33 images"));
}

void add_rows(Cases& cases) {
  const Attributes none;
  cases.push_back(noted(op_case("gather", {images({5, 3, 4, 4}), labels({4, 0, 0, 2, 3, 1, 4})}, none), "images"));
  cases.push_back(noted(op_case("gather", {images({3, 1, 5, 7}), labels({2, 1})}, none), "odd images"));
  cases.push_back(noted(op_case("gather", {real({6, 5}), labels({5, 5, 1})}, none), "vectors"));
  cases.push_back(noted(op_case("gather", {real({4, 8, 2, 2}), labels({3, 0, 1, 2, 3})}, none), "maps"));
  cases.push_back(noted(op_case("gather", {labels({7, -3, 9}), labels({2, 0, 2, 1})}, none), "integers"));
  cases.push_back(noted(op_case("gather", {real({2, 3}), labels({-1, 2, 1, 2147483647.0, 0})}, none), "rows outside"));
}

/// Windows at the corners, unmoved and mirrored.
Case moved(const Shape& shape, std::int64_t padding) {
  const double end = static_cast<double>(2 * padding);
  const double middle = static_cast<double>(padding);
  const std::vector<std::vector<double>> moves = {{0, 0, 0},   {end, end, 0},       {0, end, 1},
                                                  {end, 0, 1}, {middle, middle, 0}, {middle, middle, 1}};
  std::vector<double> values;
  for (std::int64_t image = 0; image < shape[0]; ++image) {
    const std::vector<double>& row = moves[static_cast<std::size_t>(image) % moves.size()];
    values.insert(values.end(), row.begin(), row.end());
  }
  return op_case("crop_flip", {images(shape), offsets(values)}, {{"padding", padding}});
}

void add_images(Cases& cases) {
  cases.push_back(moved({6, 1, 5, 7}, 2));
  cases.push_back(moved({6, 3, 8, 8}, 4));
  cases.push_back(moved({6, 3, 4, 4}, 4));
  cases.push_back(moved({6, 2, 3, 3}, 5));
  cases.push_back(moved({6, 3, 7, 5}, 0));
  cases.push_back(moved({1, 1, 1, 1}, 1));
  const std::vector<double> mean = {0.49, 0.48, 0.45};
  const std::vector<double> deviation = {0.25, 0.24, 0.26};
  cases.push_back(op_case("normalize_images", {images({2, 3, 5, 7})}, {{"mean", mean}, {"deviation", deviation}}));
  cases.push_back(op_case("normalize_images", {images({3, 1, 28, 28})},
                          {{"mean", std::vector<double>{0.1307}}, {"deviation", std::vector<double>{0.3081}}}));
}

/// The front of a training step: taken from a table or given, moved, normalised, convolved.
Case augmented(bool gathered) {
  Case made;
  made.name = std::string(gathered ? "gather, " : "") + "crop_flip, normalize_images, conv2d";
  made.build = [gathered](CaseBuilder& builder) {
    Builder& b = builder.builder();
    const std::int64_t images = gathered ? 5 : 2;
    Value pictures = builder.input({DataType::u8, {images, 3, 8, 8}}, pixels(images * 3 * 8 * 8, 3));
    if (gathered) pictures = b.gather(pictures, builder.labels({3, 1}));
    const Value offsets = builder.input({DataType::i32, {2, 3}}, {0, 8, 1, 5, 3, 0});
    const Value x = b.normalize_images(b.crop_flip(pictures, offsets, 4), {0.5, 0.4, 0.3}, {0.2, 0.3, 0.4});
    builder.result(b.conv2d(x, builder.argument({8, 3, 3, 3}), {3, 1, 1}));
  };
  return made;
}

}  // namespace

Cases data_cases() {
  Cases cases;
  add_labels(cases);
  add_rows(cases);
  add_images(cases);
  cases.push_back(augmented(false));
  cases.push_back(augmented(true));
  return cases;
}

}  // namespace gramstack::conformance
