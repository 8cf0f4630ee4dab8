// All of the oneDNN API that this device uses, for 2.x and 3.x. Nothing else includes oneDNN's headers.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "program.h"

namespace gramstack::onednn {

/// oneDNN's CPU engine and stream.
class Engine {
 public:
  Engine();
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  struct State;
  const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

std::string onednn_version();  ///< "2.6.3"

struct ConvolutionShape {
  Index images = 0, channels = 0, height = 0, width = 0;  ///< of x
  Index filters = 0, out_height = 0, out_width = 0;       ///< of y
  Index size = 0, stride = 1, padding = 0;
  bool bias = false;
  Layout x = Layout::plain, y = Layout::plain;
};

enum class Direction { forward, data_gradient, weight_gradient };

/// One convolution in one direction, prepared. Weights are plain [filters, channels, size, size] for the caller.
class Convolution {
 public:
  Convolution(const Engine& engine, Direction direction, const ConvolutionShape& shape);
  ~Convolution();
  /// Bytes of scratch that run() needs, aligned to kAlignment.
  std::size_t scratch() const;
  /// forward: x, weights, bias (or nullptr) -> y.  data_gradient: dy, weights, nullptr -> dx.
  /// weight_gradient: x, dy, nullptr -> dw.
  void run(const float* left, const float* right, const float* bias, float* out, std::byte* scratch) const;
  /// The implementation's name, for example "jit:avx2".
  const std::string& implementation() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A matrix in row-major order, possibly to be read transposed.
struct Matrix {
  const float* data = nullptr;
  Index stride = 0;  ///< elements from one row to the next
  bool transpose = false;
};

/// c[m,n] = a b + beta c, where a is [m,k] and b [k,n] after their transpositions.
void multiply(Index m, Index n, Index k, const Matrix& a, const Matrix& b, float beta, float* c, Index c_stride);

}  // namespace gramstack::onednn
