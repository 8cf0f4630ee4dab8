#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "graph/rules.h"

namespace gramstack::rules {

namespace {

std::int64_t want_labels(const InferInput& input) {
  want_type(input, 0, DataType::i32, "labels [n]");
  want_rank(input, 0, 1, "labels [n]");
  return input.inputs[0].shape[0];
}

void want_images(const InferInput& input) {
  want_type(input, 0, DataType::u8, "images [n,c,h,w]");
  want_rank(input, 0, 4, "images [n,c,h,w]");
}

std::vector<TensorType> infer_one_hot(const InferInput& input) {
  const std::int64_t classes = integer_within(input, "classes", 1, std::int64_t{1} << 31);
  const std::int64_t n = want_labels(input);
  return {{precision_type(input), {n, classes}}};
}

std::vector<TensorType> infer_pair_masks(const InferInput& input) {
  const std::int64_t n = want_labels(input);
  const TensorType mask = {precision_type(input), {n, n}};
  return {mask, mask, mask};
}

std::vector<TensorType> infer_gather(const InferInput& input) {
  want_type(input, 1, DataType::i32, "rows [n]");
  want_rank(input, 1, 1, "rows [n]");
  TensorType type = input.inputs[0];
  if (type.shape.empty()) fail("a table [m, ...]", to_string(type.shape));
  type.shape[0] = input.inputs[1].shape[0];
  return {type};
}

std::vector<TensorType> infer_crop_flip(const InferInput& input) {
  want_images(input);
  want_type(input, 1, DataType::i32, "offsets [n,3]");
  want_shape(input, 1, "offsets", {input.inputs[0].shape[0], 3});
  window_of(input);
  return {input.inputs[0]};
}

void want_channels(const InferInput& input, const std::string& name) {
  const std::size_t channels = static_cast<std::size_t>(input.inputs[0].shape[1]);
  const std::size_t count = input.attributes.reals(name).size();
  if (count != channels)
    fail(fmt::format("{} of {} channels for images {}", name, channels, to_string(input.inputs[0].shape)),
         std::to_string(count));
}

std::vector<TensorType> infer_normalize_images(const InferInput& input) {
  want_images(input);
  want_channels(input, "mean");
  want_channels(input, "deviation");
  for (double mean : input.attributes.reals("mean"))
    if (!std::isfinite(mean)) fail("finite means", fmt::format("{}", mean));
  for (double deviation : input.attributes.reals("deviation"))
    if (!(deviation > 0) || !std::isfinite(deviation)) fail("finite deviations above 0", fmt::format("{}", deviation));
  return {{precision_type(input), input.inputs[0].shape}};
}

}  // namespace

std::vector<Op> data_ops() {
  return {
      {"one_hot",
       "labels i32[n] -> [n,classes]; a label outside 0..classes-1 gives a row of zeros",
       1,
       1,
       {integer("classes"), precision()},
       0,
       infer_one_hot,
       nullptr},
      {"pair_masks",
       "labels i32[n] -> same[n,n], different[n,n], self[n,n]; nothing is known of a negative label",
       1,
       1,
       {precision()},
       0,
       infer_pair_masks,
       nullptr},
      {"gather",
       "table[m, ...], rows i32[n] -> [n, ...]: these rows of the table; a row outside 0..m-1 gives zeros",
       2,
       2,
       {},
       0,
       infer_gather,
       nullptr},
      {"crop_flip",
       "images u8[n,c,h,w], offsets i32[n,3] -> windows at (row, column) of the images padded by zeros, mirrored where "
       "1",
       2,
       2,
       {integer("padding", 0)},
       0,
       infer_crop_flip,
       nullptr},
      {"normalize_images",
       "images u8[n,c,h,w] -> (x / 255 - mean[c]) / deviation[c]",
       1,
       1,
       {reals("mean"), reals("deviation"), precision()},
       0,
       infer_normalize_images,
       nullptr},
  };
}

}  // namespace gramstack::rules
