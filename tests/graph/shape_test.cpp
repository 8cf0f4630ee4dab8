// The shape rule of every op: what it gives, and what it refuses.
#include <doctest/doctest.h>

#include "api/graph.h"
#include "api/ops.h"
#include "message.h"

using namespace gramstack;
using test::message_of;

namespace {

/// Adds one node on fresh inputs; "f32[2,3]", all its output types, or its error.
std::string apply(std::string_view op, const std::vector<TensorType>& types, Attributes attributes = {}) {
  Graph graph;
  std::vector<Value> inputs;
  for (std::size_t i = 0; i < types.size(); ++i) inputs.push_back(graph.add_input("x" + std::to_string(i), types[i]));
  std::string text;
  const std::string error = message_of([&] {
    for (const TensorType& type : graph.node(graph.add(op, inputs, attributes)).outputs)
      text += (text.empty() ? "" : " ") + to_string(type);
  });
  return text + error;
}

TensorType f32(Shape shape) { return {DataType::f32, std::move(shape)}; }
TensorType f64(Shape shape) { return {DataType::f64, std::move(shape)}; }
TensorType i32(Shape shape) { return {DataType::i32, std::move(shape)}; }
TensorType u8(Shape shape) { return {DataType::u8, std::move(shape)}; }

}  // namespace

TEST_CASE("graph: shapes of constants") {
  CHECK(apply("constant", {}, {{"shape", Shape{2, 3}}, {"values", std::vector<double>{1}}}) == "f32[2,3]");
  CHECK(apply("constant", {}, {{"shape", Shape{}}, {"values", std::vector<double>{1}}, {"precision", 64}}) == "f64[]");
  CHECK(apply("constant", {}, {{"shape", Shape{2, 3}}, {"values", std::vector<double>{1, 2}}}) ==
        "constant wants 1 or 6 values for shape [2,3], got 2");
  CHECK(apply("constant", {}, {{"shape", Shape{-1}}, {"values", std::vector<double>{1}}}) ==
        "constant wants extents of at least 1, got [-1]");
  CHECK(apply("constant", {}, {{"shape", Shape{}}, {"values", std::vector<double>{1}}, {"precision", 16}}) ==
        "constant wants precision 32 or 64, got 16");
}

TEST_CASE("graph: shapes of elementwise ops") {
  for (const char* op : {"negate", "exp", "log", "sqrt", "square", "relu", "tanh", "sigmoid"}) {
    CHECK(apply(op, {f32({4, 5})}) == "f32[4,5]");
    CHECK(apply(op, {i32({4})}) == std::string(op) + " wants f32 or f64, the same for all inputs, got i32[4]");
  }
  for (const char* op : {"relu_gradient", "tanh_gradient", "sigmoid_gradient"}) {
    CHECK(apply(op, {f64({4, 5}), f64({4, 5})}) == "f64[4,5]");
    CHECK(apply(op, {f64({4, 5}), f64({5})}) == std::string(op) + " wants y like dy [4,5], got [5]");
  }
  for (const char* op : {"add", "subtract", "multiply", "divide", "maximum", "greater"}) {
    const std::string name = op;
    CHECK(apply(op, {f32({4, 1, 5}), f32({3, 1})}) == "f32[4,3,5]");
    CHECK(apply(op, {f32({}), f32({3, 1})}) == "f32[3,1]");
    CHECK(apply(op, {f32({4, 3}), f32({4})}) ==
          name + " wants extents that are equal or 1, aligned at the right, got [4,3] and [4]");
    CHECK(apply(op, {f32({4}), f64({4})}) == name + " wants f32 or f64, the same for all inputs, got f32[4], f64[4]");
  }
}

TEST_CASE("graph: a broadcast aligns shapes at the right") {
  CHECK(broadcast_shapes({}, {}) == Shape{});
  CHECK(broadcast_shapes({7}, {5, 1}) == Shape{5, 7});
  CHECK(broadcast_shapes({1, 3, 1, 1}, {2, 3, 4, 4}) == Shape{2, 3, 4, 4});
  CHECK(message_of([] { broadcast_shapes({2}, {3}); }) ==
        "wants extents that are equal or 1, aligned at the right, got [2] and [3]");
}

TEST_CASE("graph: shapes of reshape, transpose and broadcast") {
  CHECK(apply("reshape", {f32({2, 6})}, {{"shape", Shape{3, -1}}}) == "f32[3,4]");
  CHECK(apply("reshape", {u8({1, 1})}, {{"shape", Shape{}}}) == "u8[]");
  CHECK(apply("reshape", {f32({})}, {{"shape", Shape{-1, 1}}}) == "f32[1,1]");
  for (const Shape& shape : {Shape{5, -1}, Shape{2, 5}, Shape{-1, -1}, Shape{0, -1}, Shape{13, -1}, Shape{-2, -6},
                             Shape{std::int64_t{1} << 62, 4, 12}})
    CHECK(apply("reshape", {f32({2, 6})}, {{"shape", shape}}) ==
          "reshape wants a shape of 12 elements for x [2,6], got " + to_string(shape));
  CHECK(apply("transpose", {f32({2, 6})}) == "f32[6,2]");
  CHECK(apply("transpose", {f32({2, 6, 1})}) == "transpose wants x [a,b], got [2,6,1]");
  CHECK(apply("broadcast", {f32({2, 1})}, {{"shape", Shape{3, 2, 4}}}) == "f32[3,2,4]");
  CHECK(apply("broadcast", {f32({2, 3})}, {{"shape", Shape{2, 1}}}) ==
        "broadcast wants a shape that x [2,3] broadcasts to, got [2,1]");
  CHECK(apply("broadcast", {f32({1, 3})}, {{"shape", Shape{3}}}) ==
        "broadcast wants a shape that x [1,3] broadcasts to, got [3]");
}

TEST_CASE("graph: shapes of reductions") {
  for (const char* op : {"sum", "logsumexp"}) {
    const std::string name = op;
    CHECK(apply(op, {f32({2, 3, 4})}) == "f32[]");
    CHECK(apply(op, {f32({2, 3, 4})}, {{"keep", 1}}) == "f32[1,1,1]");
    CHECK(apply(op, {f32({2, 3, 4})}, {{"axes", Shape{0, 2}}}) == "f32[3]");
    CHECK(apply(op, {f32({2, 3, 4})}, {{"axes", Shape{1}}, {"keep", 1}}) == "f32[2,1,4]");
    for (const Shape& axes : {Shape{1, 0}, Shape{1, 1}, Shape{3}, Shape{-1}})
      CHECK(apply(op, {f32({2, 3, 4})}, {{"axes", axes}}) ==
            name + " wants increasing axes below 3 for x [2,3,4], got " + to_string(axes));
    CHECK(apply(op, {f32({2})}, {{"keep", 2}}) == name + " wants keep in 0..1, got 2");
  }
}

TEST_CASE("graph: shapes of matmul and gram") {
  CHECK(apply("matmul", {f32({2, 3}), f32({3, 5})}) == "f32[2,5]");
  CHECK(apply("matmul", {f32({3, 2}), f32({5, 3}), f32({5})}, {{"transpose_a", 1}, {"transpose_b", 1}}) == "f32[2,5]");
  CHECK(apply("matmul", {f32({2, 3}), f32({5, 3})}) == "matmul wants b [3,n] for a [2,3], got [5,3]");
  CHECK(apply("matmul", {f32({3, 2}), f32({3, 5})}, {{"transpose_a", 1}, {"transpose_b", 1}}) ==
        "matmul wants b [n,3] (transposed) for a [3,2] (transposed), got [3,5]");
  CHECK(apply("matmul", {f32({2, 3}), f32({3, 5}), f32({2})}) == "matmul wants bias [5], got [2]");
  CHECK(apply("matmul", {f32({2, 3, 1}), f32({3, 5})}) == "matmul wants matrices, got [2,3,1]");
  CHECK(apply("gram", {f64({7, 3})}) == "f64[7,7]");
  CHECK(apply("gram", {f64({7})}) == "gram wants x [n,d], got [7]");
}

TEST_CASE("graph: shapes of unit_normalize") {
  CHECK(apply("unit_normalize", {f32({2, 3, 4})}) == "f32[2,3,4] f32[2]");
  CHECK(apply("unit_normalize", {f32({2})}) == "unit_normalize wants x [n,...], got [2]");
  CHECK(apply("unit_normalize_gradient", {f32({2, 3}), f32({2, 3}), f32({2})}) == "f32[2,3]");
  CHECK(apply("unit_normalize_gradient", {f32({2, 3}), f32({2, 4}), f32({2})}) ==
        "unit_normalize_gradient wants y like dy [2,3], got [2,4]");
  CHECK(apply("unit_normalize_gradient", {f32({2, 3}), f32({2, 3}), f32({3})}) ==
        "unit_normalize_gradient wants norm [2], got [3]");
}

TEST_CASE("graph: shapes of batch normalisation") {
  CHECK(apply("batch_norm", {f32({5, 3}), f32({3}), f32({3})}) == "f32[5,3] f32[3] f32[3]");
  CHECK(apply("batch_norm", {f32({5, 3, 2, 2}), f32({3}), f32({3})}) == "f32[5,3,2,2] f32[3] f32[3]");
  CHECK(apply("batch_norm", {f32({5, 3, 2}), f32({3}), f32({3})}) ==
        "batch_norm wants x [n,c] or [n,c,h,w], got [5,3,2]");
  CHECK(apply("batch_norm", {f32({5, 3}), f32({5}), f32({3})}) == "batch_norm wants scale [3], got [5]");
  CHECK(apply("batch_norm", {f32({5, 3}), f32({3}), f32({1})}) == "batch_norm wants shift [3], got [1]");
  CHECK(apply("batch_norm", {f32({5, 3}), f32({3}), f32({3})}, {{"epsilon", 0.0}}) ==
        "batch_norm wants a finite epsilon above 0, got 0");
  const TensorType x = f32({5, 3, 2, 2}), c = f32({3});
  CHECK(apply("batch_norm_gradient", {x, x, c, c, c}) == "f32[5,3,2,2] f32[3] f32[3]");
  CHECK(apply("batch_norm_gradient", {c, x, c, c, c}) == "batch_norm_gradient wants dy like x [5,3,2,2], got [3]");
  CHECK(apply("batch_norm_gradient", {x, x, c, c, f32({4})}) == "batch_norm_gradient wants variance [3], got [4]");
  CHECK(apply("batch_norm_inference", {x, c, c, c, c}) == "f32[5,3,2,2]");
  CHECK(apply("batch_norm_inference", {x, c, c, f32({4}), c}) == "batch_norm_inference wants mean [3], got [4]");
}

TEST_CASE("graph: shapes of convolutions") {
  const TensorType x = f32({2, 3, 9, 7}), w = f32({4, 3, 3, 3});
  CHECK(apply("conv2d", {x, w}) == "f32[2,4,7,5]");
  CHECK(apply("conv2d", {x, w, f32({4})}, {{"stride", 2}, {"padding", 1}}) == "f32[2,4,5,4]");
  CHECK(apply("conv2d", {x, w, f32({3})}) == "conv2d wants bias [4], got [3]");
  CHECK(apply("conv2d", {x, f32({4, 3, 3, 2})}) == "conv2d wants weights [k,3,r,r] for x [2,3,9,7], got [4,3,3,2]");
  CHECK(apply("conv2d", {x, f32({4, 27})}) == "conv2d wants weights [k,3,r,r] for x [2,3,9,7], got [4,27]");
  CHECK(apply("conv2d", {f32({2, 3}), w}) == "conv2d wants x [n,c,h,w], got [2,3]");
  CHECK(apply("conv2d", {x, f32({4, 3, 8, 8})}) ==
        "conv2d wants a window that fits x [2,3,9,7] with padding 0, got size 8");
  CHECK(apply("conv2d", {x, w}, {{"stride", 0}}) == "conv2d wants stride in 1..1048576, got 0");
  CHECK(apply("conv2d", {x, w}, {{"padding", -1}}) == "conv2d wants padding in 0..1048576, got -1");

  const TensorType dy = f32({2, 4, 5, 4});
  const Attributes strided = {{"stride", 2}, {"padding", 1}};
  const auto with = [&](Attributes attributes) {
    for (const auto& [name, value] : strided.items()) attributes.set(name, value);
    return attributes;
  };
  CHECK(apply("conv2d_data_gradient", {dy, w}, with({{"height", 9}, {"width", 7}})) == "f32[2,3,9,7]");
  CHECK(apply("conv2d_data_gradient", {dy, w}, with({{"height", 9}, {"width", 9}})) ==
        "conv2d_data_gradient wants dy [2,4,5,5], got [2,4,5,4]");
  CHECK(apply("conv2d_data_gradient", {dy, f32({3, 4, 3, 3})}, with({{"height", 9}, {"width", 7}})) ==
        "conv2d_data_gradient wants weights [4,c,r,r] for dy [2,4,5,4], got [3,4,3,3]");
  CHECK(apply("conv2d_weight_gradient", {x, dy}, with({{"size", 3}})) == "f32[4,3,3,3]");
  CHECK(apply("conv2d_weight_gradient", {x, dy}, with({{"size", 5}})) ==
        "conv2d_weight_gradient wants dy [2,4,4,3], got [2,4,5,4]");
}

TEST_CASE("graph: shapes of pooling") {
  const TensorType x = f32({2, 3, 9, 7});
  CHECK(apply("max_pool", {x}, {{"size", 3}, {"stride", 2}, {"padding", 1}}) == "f32[2,3,5,4]");
  CHECK(apply("max_pool", {x}, {{"size", 2}, {"padding", 2}}) == "max_pool wants padding below size 2, got 2");
  CHECK(apply("max_pool", {x}, {{"size", 10}}) ==
        "max_pool wants a window that fits x [2,3,9,7] with padding 0, got size 10");
  CHECK(apply("max_pool", {f32({2, 3})}, {{"size", 2}}) == "max_pool wants x [n,c,h,w], got [2,3]");
  const TensorType y = f32({2, 3, 4, 3});
  CHECK(apply("max_pool_gradient", {y, x, y}, {{"size", 2}, {"stride", 2}}) == "f32[2,3,9,7]");
  CHECK(apply("max_pool_gradient", {y, x, x}, {{"size", 2}, {"stride", 2}}) ==
        "max_pool_gradient wants y [2,3,4,3], got [2,3,9,7]");
  CHECK(apply("average_pool", {x}, {{"size", 2}, {"stride", 2}}) == "f32[2,3,4,3]");
  CHECK(apply("average_pool", {x}, {{"size", 2}, {"padding", 1}}) ==
        "average_pool has no attribute 'padding'; it has size, stride");
  CHECK(apply("average_pool_gradient", {y}, {{"size", 2}, {"stride", 2}, {"height", 9}, {"width", 7}}) ==
        "f32[2,3,9,7]");
  CHECK(apply("average_pool_gradient", {y}, {{"size", 2}, {"stride", 2}, {"height", 9}, {"width", 8}}) ==
        "average_pool_gradient wants dy [2,3,4,4], got [2,3,4,3]");
}

TEST_CASE("graph: shapes of data ops") {
  CHECK(apply("one_hot", {i32({4})}, {{"classes", 10}}) == "f32[4,10]");
  CHECK(apply("one_hot", {f32({4})}, {{"classes", 10}}) == "one_hot wants labels [n] of type i32, got f32[4]");
  CHECK(apply("one_hot", {i32({4})}, {{"classes", 0}}) == "one_hot wants classes in 1..2147483648, got 0");
  CHECK(apply("pair_masks", {i32({4})}, {{"precision", 64}}) == "f64[4,4] f64[4,4] f64[4,4]");
  CHECK(apply("pair_masks", {i32({4, 1})}) == "pair_masks wants labels [n], got [4,1]");
  const TensorType images = u8({4, 2, 8, 8});
  CHECK(apply("gather", {images, i32({7})}) == "u8[7,2,8,8]");
  CHECK(apply("gather", {f32({4}), i32({2})}) == "f32[2]");
  CHECK(apply("gather", {images, f32({7})}) == "gather wants rows [n] of type i32, got f32[7]");
  CHECK(apply("gather", {images, i32({7, 1})}) == "gather wants rows [n], got [7,1]");
  CHECK(apply("gather", {f32({}), i32({2})}) == "gather wants a table [m, ...], got []");
  CHECK(apply("crop_flip", {images, i32({4, 3})}, {{"padding", 2}}) == "u8[4,2,8,8]");
  CHECK(apply("crop_flip", {images, i32({4, 2})}) == "crop_flip wants offsets [4,3], got [4,2]");
  CHECK(apply("crop_flip", {images, i32({4, 3})}, {{"padding", -2}}) ==
        "crop_flip wants padding in 0..1048576, got -2");
  const std::vector<double> two = {0.5, 0.25};
  CHECK(apply("normalize_images", {images}, {{"mean", two}, {"deviation", two}}) == "f32[4,2,8,8]");
  CHECK(apply("normalize_images", {f32({4, 2, 8, 8})}, {{"mean", two}, {"deviation", two}}) ==
        "normalize_images wants images [n,c,h,w] of type u8, got f32[4,2,8,8]");
  CHECK(apply("normalize_images", {images}, {{"mean", std::vector<double>{0}}, {"deviation", two}}) ==
        "normalize_images wants mean of 2 channels for images [4,2,8,8], got 1");
  CHECK(apply("normalize_images", {images}, {{"mean", two}, {"deviation", std::vector<double>{1, 0}}}) ==
        "normalize_images wants finite deviations above 0, got 0");
}
