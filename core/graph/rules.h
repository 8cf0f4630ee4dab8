// What the rows of the op table are written with. Private to core/graph.
#pragma once

#include <string>
#include <vector>

#include "api/ops.h"

namespace gramstack::rules {

// --- the rows, by topic; ops.cpp joins them
std::vector<Op> source_ops();
std::vector<Op> elementwise_ops();
std::vector<Op> shape_ops();
std::vector<Op> reduction_ops();
std::vector<Op> linear_ops();
std::vector<Op> convolution_ops();
std::vector<Op> normalization_ops();
std::vector<Op> pooling_ops();
std::vector<Op> data_ops();

// --- attributes; without a fallback they are required
AttributeRule integer(std::string name);
AttributeRule integer(std::string name, std::int64_t fallback);
AttributeRule real(std::string name, double fallback);
AttributeRule integers(std::string name);
AttributeRule integers(std::string name, std::vector<std::int64_t> fallback);
AttributeRule reals(std::string name);
AttributeRule precision();  ///< integer 32 or 64, default 32

// --- shape rules
/// Throws Error(configuration) "wants WANTS, got GOT"; Graph::add puts the node's name and op before it.
[[noreturn]] void fail(const std::string& wants, const std::string& got);

/// The element type of all inputs, which must be real and one.
DataType real_type(const InferInput& input);
/// The type of the attribute "precision".
DataType precision_type(const InferInput& input);
/// An attribute that must lie in [least, most].
std::int64_t integer_within(const InferInput& input, std::string_view name, std::int64_t least, std::int64_t most);
/// Throws unless input i has this shape. `what`: "bias", "bias for weights [16,3,5,5]".
void want_shape(const InferInput& input, std::size_t i, const std::string& what, const Shape& shape);
/// Throws unless input i has this rank. `what`: "x [n,c,h,w]".
void want_rank(const InferInput& input, std::size_t i, std::size_t rank, const std::string& what);
void want_type(const InferInput& input, std::size_t i, DataType type, const std::string& what);
/// Throws unless every extent is at least 1 and the number of elements is reasonable.
void want_extents(const Shape& shape);

/// Attributes "size", "stride", "padding" of a convolution or pooling, checked; those that the op has not are 1, 1, 0.
struct WindowRule {
  std::int64_t size = 1, stride = 1, padding = 0;
};
WindowRule window_of(const InferInput& input);
/// [n, c, h', w'] of a window moved over x [n,c,h,w].
Shape window_shape(const Shape& x, const WindowRule& window);

// --- gradient rules
/// Sums `gradient` over the axes along which a tensor of `shape` was broadcast.
Value reduce_to(const GradientInput& input, Value gradient, const Shape& shape);
/// The result of a reduction of a tensor of `shape` over `axes`, reshaped so that it broadcasts with the tensor.
Value expandable(const GradientInput& input, Value reduced, const Shape& shape, const std::vector<std::int64_t>& axes);
/// A scalar of the type of the node's first output.
Value scalar(const GradientInput& input, double value);
/// Throws when the loss depends on an output other than the first. `name`: what that output is.
void want_first_only(const GradientInput& input, const std::string& names);
/// The bias gradient: dy summed over all axes but axis 1.
Value sum_to_channels(const GradientInput& input, Value dy);

}  // namespace gramstack::rules
