// Kernels for images of few channels against the definition of a convolution, summed in f64; one image at a time.
#include "few_channels.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "convolution_case.h"
#include "support/evaluate.h"
#include "wide.h"

using namespace gramstack;
using namespace gramstack::test;
using few_channels::Filters;
using few_channels::Image;
using few_channels::Kernels;

namespace {

using Floats = std::vector<float>;

/// An image with its border, and blocks of eight filters.
struct Case {
  std::int64_t channels, size, stride, pixel, height, width;
  int blocks;
};

constexpr Case kCases[] = {{1, 5, 1, 1, 32, 32, 1}, {6, 5, 1, 8, 14, 14, 2}, {3, 3, 1, 1, 9, 18, 2},
                           {2, 7, 1, 8, 13, 29, 1}, {7, 1, 1, 1, 4, 3, 1},   {1, 6, 1, 8, 7, 35, 2},
                           {3, 3, 2, 8, 9, 8, 2},   {2, 7, 3, 1, 13, 21, 2}, {4, 4, 2, 8, 6, 10, 1}};

std::string text_of(const Case& c) {
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  return number(c.channels) + " channels of " + number(c.height) + "x" + number(c.width) + ", pixels " +
         number(c.pixel) + " apart, " + number(c.blocks) + " blocks, windows of " + number(c.size) + ", stride " +
         number(c.stride);
}

Floats random(std::int64_t count, std::uint64_t seed) {
  const std::vector<double> values = normal_values(count, seed);
  return {values.begin(), values.end()};
}

double at(const Floats& values, std::int64_t i) { return static_cast<double>(values[static_cast<std::size_t>(i)]); }

/// A case with random data. Weights are of forward(), or where `weights_back` of data_gradient().
struct Data {
  explicit Data(const Case& which) : c(which) {
    image = {c.channels, c.size, c.stride, c.pixel, c.width * c.pixel, c.height * c.width * c.pixel};
    image.out_height = (c.height - c.size) / c.stride + 1;
    image.out_width = (c.width - c.size) / c.stride + 1;
    pixels = image.out_height * image.out_width;
    x = random(image.plane * (c.pixel == 1 ? c.channels : 1), 1);
    y = random(pixels * 8 * c.blocks, 2);
    weights = random(c.channels * taps() * 8 * c.blocks, 3);
    weights_back = random(taps() * filters() * 8, 4);
    bias = random(8 * c.blocks, 5);
  }

  std::int64_t taps() const { return c.size * c.size; }
  std::int64_t filters() const { return c.blocks * 8; }
  double source(std::int64_t channel, std::int64_t row, std::int64_t column) const {
    return at(x, image.channel(channel) + row * image.pitch + column * c.pixel);
  }
  std::int64_t place(std::int64_t filter, std::int64_t row, std::int64_t column) const {
    return ((filter / 8 * image.out_height + row) * image.out_width + column) * 8 + filter % 8;
  }

  /// visit(filter, row, column of y; channel, row, column of the window).
  template <class Visit>
  void for_each_product(const Visit& visit) const {
    for (std::int64_t k = 0; k < filters(); ++k)
      for (std::int64_t o = 0; o < pixels; ++o)
        for (std::int64_t t = 0; t < c.channels * taps(); ++t)
          visit(k, o / image.out_width, o % image.out_width, t / taps(), t % taps() / c.size, t % c.size);
  }

  Case c;
  Image image;
  std::int64_t pixels;
  Floats x, y, weights, weights_back, bias;
};

Floats forward(const Kernels& kernels, const Data& d) {
  Floats y(d.y.size());
  kernels.forward(d.image, d.x.data(), d.weights.data(), d.bias.data(), {y.data(), d.c.blocks, d.pixels * 8});
  return y;
}

std::vector<double> expected_output(const Data& d) {
  std::vector<double> y(d.y.size());
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(y.size()); ++i)
    y[static_cast<std::size_t>(i)] = at(d.bias, i / (d.pixels * 8) * 8 + i % 8);
  d.for_each_product([&](auto k, auto row, auto column, auto channel, auto ry, auto rx) {
    const std::int64_t tap = (channel * d.c.size + ry) * d.c.size + rx;
    y[static_cast<std::size_t>(d.place(k, row, column))] +=
        d.source(channel, row + ry, column + rx) * at(d.weights, tap * d.filters() + k);
  });
  return y;
}

/// All rows of dx.
Floats data_gradient(const Kernels& kernels, const Data& d) {
  Floats dx(static_cast<std::size_t>(d.c.height * d.c.width * 8));
  for (std::int64_t row = 0; row < d.c.height; row += 2)
    kernels.data_gradient(d.image, d.y.data(), d.pixels * 8, d.filters(), d.weights_back.data(),
                          {row, row + 1 < d.c.height ? 2 : 1}, dx.data() + row * d.c.width * 8);
  return dx;
}

std::vector<double> expected_data_gradient(const Data& d) {
  std::vector<double> dx(static_cast<std::size_t>(d.c.height * d.c.width * 8));
  d.for_each_product([&](auto k, auto row, auto column, auto channel, auto ry, auto rx) {
    if (channel > 0) return;
    for (std::int64_t lane = 0; lane < 8; ++lane)
      dx[static_cast<std::size_t>(((row + ry) * d.c.width + column + rx) * 8 + lane)] +=
          at(d.y, d.place(k, row, column)) * at(d.weights_back, ((ry * d.filters() + k) * d.c.size + rx) * 8 + lane);
  });
  return dx;
}

/// Added to ones.
Floats weight_gradient(const Kernels& kernels, const Data& d) {
  Floats dw(d.weights.size(), 1.0F);
  kernels.weight_gradient(d.image, d.x.data(), {d.y.data(), d.c.blocks, d.pixels * 8}, dw.data(),
                          d.c.channels * d.taps() * 8);
  return dw;
}

std::vector<double> expected_weight_gradient(const Data& d) {
  std::vector<double> dw(d.weights.size(), 1.0);
  d.for_each_product([&](auto k, auto row, auto column, auto channel, auto ry, auto rx) {
    const std::int64_t tap = (channel * d.c.size + ry) * d.c.size + rx, block = k / 8 * d.c.channels * d.taps() * 8;
    dw[static_cast<std::size_t>(block + tap * 8 + k % 8)] +=
        d.source(channel, row * d.c.stride + ry, column * d.c.stride + rx) * at(d.y, d.place(k, row, column));
  });
  return dw;
}

bool has_data_gradient(const Case& c) {
  return c.stride == 1 && c.pixel == 8 && (c.size == 3 || c.size == 5 || c.size == 7);
}

template <class Check>
void for_each_kernels(const Check& check) {
  for (const Case& c : kCases)
    for (const wide::Kernels* set : wide::available()) {
      CAPTURE(text_of(c));
      CAPTURE(set->instruction_set);
      check(set->few_channels, Data(c));
    }
}

}  // namespace

TEST_CASE("few channels: forward, data gradient and weight gradient follow the definition") {
  for_each_kernels([](const Kernels& kernels, const Data& d) {
    if (d.c.stride == 1) CHECK(relative_error(forward(kernels, d), expected_output(d)) < 1e-6);
    if (has_data_gradient(d.c)) CHECK(relative_error(data_gradient(kernels, d), expected_data_gradient(d)) < 1e-6);
    CHECK(relative_error(weight_gradient(kernels, d), expected_weight_gradient(d)) < 1e-6);
  });
}

TEST_CASE("few channels: bits do not depend on the instruction set") {
  const Kernels& first = wide::available().front()->few_channels;
  for_each_kernels([&](const Kernels& kernels, const Data& d) {
    if (d.c.stride == 1) CHECK(forward(kernels, d) == forward(first, d));
    if (has_data_gradient(d.c)) CHECK(data_gradient(kernels, d) == data_gradient(first, d));
    CHECK(weight_gradient(kernels, d) == weight_gradient(first, d));
  });
}
