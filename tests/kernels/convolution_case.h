// Convolutions with random data, and their definition summed in f64.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "aligned.h"
#include "problem.h"
#include "support/evaluate.h"

namespace gramstack::test {

using wide::Pass;
using wide::Problem;

/// "[2,16,5,7] to 32 channels, stride 1"
inline std::string text_of(const Problem& p) {
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  return "[" + number(p.images) + "," + number(p.inputs) + "," + number(p.height) + "," + number(p.width) + "] to " +
         number(p.outputs) + " channels, stride " + number(p.stride);
}

inline std::size_t blocked(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x, std::int64_t channels,
                           std::int64_t h, std::int64_t w) {
  return static_cast<std::size_t>((((n * (channels / 8) + c / 8) * h + y) * w + x) * 8 + c % 8);
}

/// A convolution with filters of `size` x `size` and padding size / 2, with its data.
struct ConvolutionCase {
  Problem p;
  std::int64_t size;
  std::size_t source_size, output_size, weight_count;
  Aligned source, gradient, weights;

  explicit ConvolutionCase(Problem problem, std::int64_t filter_size)
      : p(problem),
        size(filter_size),
        source_size(static_cast<std::size_t>(p.images * p.inputs * p.height * p.width)),
        output_size(static_cast<std::size_t>(p.images * p.outputs * p.output_height() * p.output_width())),
        weight_count(static_cast<std::size_t>(p.inputs * p.outputs * size * size)),
        source(source_size),
        gradient(output_size),
        weights(weight_count) {
    fill(source, source_size, 1);
    fill(gradient, output_size, 2);
    fill(weights, weight_count, 3);
  }

  static void fill(Aligned& buffer, std::size_t count, std::uint64_t seed) {
    const std::vector<double> values = test::normal_values(static_cast<std::int64_t>(count), seed);
    for (std::size_t i = 0; i < count; ++i) buffer.data()[i] = static_cast<float>(values[i]);
  }

  /// visit(index of source, of output, of weight) for every product of the convolution.
  template <class Visit>
  void for_each_product(const Visit& visit) const {
    const std::int64_t h = p.output_height(), w = p.output_width();
    for (std::int64_t n = 0; n < p.images; ++n)
      for (std::int64_t k = 0; k < p.outputs; ++k)
        for (std::int64_t c = 0; c < p.inputs; ++c)
          for (std::int64_t y = 0; y < h; ++y)
            for (std::int64_t x = 0; x < w; ++x)
              for (std::int64_t tap = 0; tap < size * size; ++tap) {
                const std::int64_t sy = y * p.stride + tap / size - size / 2, sx = x * p.stride + tap % size - size / 2;
                if (sy < 0 || sx < 0 || sy >= p.height || sx >= p.width) continue;
                visit(blocked(n, c, sy, sx, p.inputs, p.height, p.width), blocked(n, k, y, x, p.outputs, h, w),
                      static_cast<std::size_t>((k * p.inputs + c) * size * size + tap));
              }
  }
};

inline double relative_error(const std::vector<float>& got, const std::vector<double>& want) {
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    error += (got[i] - want[i]) * (got[i] - want[i]);
    norm += want[i] * want[i];
  }
  return std::sqrt(error / norm);
}

/// All three passes.
struct ConvolutionResults {
  std::vector<double> output, source, weights;

  explicit ConvolutionResults(const ConvolutionCase& c)
      : output(c.output_size), source(c.source_size), weights(c.weight_count) {
    c.for_each_product([&](std::size_t s, std::size_t o, std::size_t w) {
      output[o] += double{c.source.data()[s]} * c.weights.data()[w];
      source[s] += double{c.gradient.data()[o]} * c.weights.data()[w];
      weights[w] += double{c.source.data()[s]} * c.gradient.data()[o];
    });
  }
};

}  // namespace gramstack::test
