// What components emit with: a graph, a scope for names, and one method an op. Semantics of an op are its line here.
// Shapes: n rows or images; c, k channels; h, w height and width. `real` is f32 in training, f64 in gradient checks.
// At most one argument of a call emits: in which order a compiler evaluates them, and so adds nodes, is left open.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/graph.h"

namespace gramstack {

enum class Mode { training, inference };

/// Stride, zero padding and window of a convolution or pooling, equal in height and width.
struct Window {
  std::int64_t size = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
};

struct Normalized {
  Value output;          ///< x with every channel at mean 0, variance 1, then scale and shift
  Value mean, variance;  ///< [c]: of this batch, variance biased (divided by the count)
};

struct BatchNormalization {
  double epsilon = 1e-5;
  double momentum = 0.1;  ///< share of a batch in the running statistics
  bool scaled = true;     ///< whether it learns a scale; else that is 1
  Treatment shift = {};
};

/// Which pairs of a batch are known to be of the same or of different classes; [n,n], 1 or 0, diagonal 0.
/// `self` is the identity. A pair of which nothing is known is 0 in all three.
struct PairMasks {
  Value same, different, self;
};

class Builder {
 public:
  Builder(Graph& graph, Mode mode, DataType real = DataType::f32) : graph_(graph), mode_(mode), real_(real) {}
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  Graph& graph() { return graph_; }
  Mode mode() const { return mode_; }
  bool training() const { return mode_ == Mode::training; }
  void set_mode(Mode mode) { mode_ = mode; }
  DataType real() const { return real_; }
  const Shape& shape(Value value) const { return graph_.shape(value); }

  /// Names of nodes and parameters added while it lives are prefixed "name/".
  class Scope {
   public:
    Scope(Builder& builder, std::string_view name);
    ~Scope() { builder_.scope_.resize(length_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Builder& builder_;
    std::size_t length_;
  };
  [[nodiscard]] Scope scope(std::string_view name) { return Scope(*this, name); }

  // --- sources
  Value input(std::string name, TensorType type) { return graph_.add_input(std::move(name), std::move(type)); }
  Value weight(std::string_view name, Shape shape, Initializer initializer, Treatment treatment = {});  ///< trained
  Value state(std::string_view name, Shape shape, Initializer initializer);  ///< kept with the module, not trained
  Value slot(std::string_view name, Shape shape, double fill = 0);           ///< an optimizer's memory
  Value constant(double value);                                              ///< scalar
  Value constant(Shape shape, std::vector<double> values);                   ///< one value (for all) or all of them
  void update(Value parameter, Value value) { graph_.add_update(parameter, value); }

  // --- elementwise; binary ones broadcast (shapes aligned at the right, extents equal or 1)
  Value negate(Value x);
  Value exp(Value x);
  Value log(Value x);
  Value sqrt(Value x);
  Value square(Value x);
  Value relu(Value x);
  Value tanh(Value x);
  Value sigmoid(Value x);
  Value add(Value a, Value b);
  Value subtract(Value a, Value b);
  Value multiply(Value a, Value b);
  Value divide(Value a, Value b);
  Value maximum(Value a, Value b);  ///< gradient goes to a where a > b, else to b
  Value greater(Value a, Value b);  ///< 1 where a > b, else 0; not differentiable
  Value add(Value a, double b) { return add(a, constant(b)); }
  Value subtract(Value a, double b) { return subtract(a, constant(b)); }
  Value multiply(Value a, double b) { return multiply(a, constant(b)); }
  Value divide(Value a, double b) { return divide(a, constant(b)); }
  Value maximum(Value a, double b) { return maximum(a, constant(b)); }

  // --- shape
  Value reshape(Value x, Shape shape);  ///< same number of elements; one extent may be -1
  Value flatten(Value x);               ///< [n, ...] -> [n, product]; x itself when it is a matrix
  Value transpose(Value x);             ///< [a,b] -> [b,a]
  Value broadcast(Value x, Shape shape);

  // --- reductions; kept axes have extent 1; no axes: all of them, to a scalar
  Value sum(Value x, std::vector<std::int64_t> axes = {}, bool keep = false);
  Value mean(Value x, std::vector<std::int64_t> axes = {}, bool keep = false);
  Value logsumexp(Value x, std::vector<std::int64_t> axes = {}, bool keep = false);

  // --- linear algebra
  /// op(a) op(b) + bias: [m,k] [k,n] -> [m,n]; bias [n] or no Value
  Value matmul(Value a, Value b, bool transpose_a = false, bool transpose_b = false, Value bias = {});
  Value gram(Value x);  ///< [n,d] -> x x^T [n,n], exactly symmetric
  /// x where `value` is gram(x), else no Value: what is asked of a Gram matrix costs less with x [n,d] where d < n.
  Value gram_operand(Value value) const;
  Value unit_normalize(Value x);  ///< every row of [n, ...] divided by its Euclidean norm; rows below 1e-12 become 0

  // --- images
  /// x [n,c,h,w], weights [k,c,size,size], bias [k] or no Value -> [n,k,h',w'], h' = (h + 2 padding - size)/stride + 1
  Value conv2d(Value x, Value weights, Window window, Value bias = {});
  Value max_pool(Value x, Window window);
  Value average_pool(Value x, Window window);  ///< divides by size^2 (padding 0 only)
  /// Training: by this batch's statistics. x is [n,c] or [n,c,h,w]; scale and shift [c].
  Normalized batch_norm(Value x, Value scale, Value shift, double epsilon);
  /// scale (x - mean) / sqrt(variance + epsilon) + shift with given statistics
  Value batch_norm_inference(Value x, Value scale, Value shift, Value mean, Value variance, double epsilon);

  // --- data
  /// Rows of a table [m, ...] of any element type by their numbers, i32 [n], which may repeat -> [n, ...]; a number
  /// outside 0..m-1 gives zeros. Has no gradient.
  Value gather(Value table, Value rows);
  /// images u8 [n,c,h,w], padded by zeros on every side; offsets i32 [n,3] are the row and column in 0..2 padding of
  /// the [h,w] window that is cut out, then 1 to mirror it left to right. (padding, padding, 0) leaves an image alone.
  Value crop_flip(Value images, Value offsets, std::int64_t padding);
  /// u8 [n,c,h,w] -> real (x/255 - mean[c]) / deviation[c]
  Value normalize_images(Value images, std::vector<double> mean, std::vector<double> deviation);
  Value one_hot(Value labels, std::int64_t classes);  ///< i32 [n] -> real [n,classes]
  PairMasks pair_masks(Value labels);                 ///< i32 [n]; a negative label: nothing is known of its pairs

  // --- layers: parameters and ops under one scope, initialised as the field does (uniform +-1/sqrt(fan in))
  Value linear_layer(std::string_view name, Value x, std::int64_t outputs, bool bias = true);
  Value conv2d_layer(std::string_view name, Value x, std::int64_t channels, Window window, bool bias);
  /// Learns scale and shift, keeps running statistics (variance unbiased); uses them in inference mode.
  Value batch_norm_layer(std::string_view name, Value x, const BatchNormalization& settings = {});

 private:
  Value node(std::string_view op, std::vector<Value> inputs, const Attributes& attributes = {});
  std::string scoped(std::string_view name) const { return scope_ + std::string(name); }
  std::string scope_name() const;  ///< without the last slash

  Graph& graph_;
  Mode mode_;
  DataType real_;
  std::string scope_;  ///< "" or "features/conv1/"
};

}  // namespace gramstack
