// Random steps for tests of devices that compile, and the check that their memory plans are sound.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "api/builder.h"
#include "support/evaluate.h"

namespace gramstack::test {

/// A tensor of the arena.
struct Range {
  long tensor = 0, first = 0, last = 0;
  unsigned long bytes = 0, offset = 0;
};

/// The lines "%7: 256 bytes at 512, live 3..9" of the memory pass.
inline std::vector<Range> ranges_of(const std::string& text) {
  std::vector<Range> ranges;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    Range range;
    if (std::sscanf(line.c_str(), "%%%ld: %lu bytes at %lu, live %ld..%ld", &range.tensor, &range.bytes, &range.offset,
                    &range.first, &range.last) == 5)
      ranges.push_back(range);
  }
  return ranges;
}

inline bool overlap(const Range& a, const Range& b) {
  return a.first <= b.last && b.first <= a.last && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/// Tensors of the memory pass's text that live at the same time share no memory; all are aligned.
inline void check_no_overlap(const std::string& text, unsigned long alignment = 64) {
  const std::vector<Range> ranges = ranges_of(text);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    CHECK(ranges[i].offset % alignment == 0);
    for (std::size_t j = 0; j < i; ++j)
      if (overlap(ranges[i], ranges[j])) FAIL_CHECK("%" << ranges[i].tensor << " and %" << ranges[j].tensor);
  }
}

/// A random step: matrices, their products, elementwise functions, sums and views; some are outputs, some updates.
class RandomStep {
 public:
  explicit RandomStep(unsigned seed) : random_(seed), b_(graph_, Mode::training) {
    for (int i = 0; i < 3; ++i) square_.push_back(b_.weight("w" + std::to_string(i), {kSize, kSize}, {}));
    for (int i = 0; i < 2; ++i) vector_.push_back(b_.weight("v" + std::to_string(i), {kSize}, {}));
    const int nodes = 5 + static_cast<int>(random_() % 40);
    for (int i = 0; i < nodes; ++i) add_node();
    for (int i = 0; i < 4; ++i) graph_.add_output("y" + std::to_string(i), pick(square_));
    for (int i = 0; i < 2; ++i) graph_.add_output("z" + std::to_string(i), pick(vector_));
    for (int i = 0; i < 3; ++i) update("w" + std::to_string(i), square_);
    for (int i = 0; i < 2; ++i) update("v" + std::to_string(i), vector_);
  }
  const Graph& graph() const { return graph_; }

 private:
  static constexpr std::int64_t kSize = 6;

  Value pick(const std::vector<Value>& values) { return values[random_() % values.size()]; }

  void update(const std::string& name, const std::vector<Value>& values) {
    if (random_() % 4) b_.update(graph_.find_parameter(name)->value, pick(values));
  }

  void add_node() {
    const Value a = pick(square_), c = pick(square_), v = pick(vector_);
    switch (random_() % 11) {
      case 0:
        return square_.push_back(b_.tanh(a));
      case 1:
        return square_.push_back(b_.add(a, c));
      case 2:
        return square_.push_back(b_.multiply(a, v));
      case 3:
        return square_.push_back(b_.tanh(b_.matmul(a, c)));
      case 4:
        return vector_.push_back(b_.sum(a, {static_cast<std::int64_t>(random_() % 2)}));
      case 5:
        return vector_.push_back(b_.sigmoid(v));
      case 6:
        return square_.push_back(b_.transpose(a));
      case 7:
        return square_.push_back(b_.reshape(b_.tanh(b_.reshape(a, {-1})), {kSize, kSize}));
      case 8:
        return square_.push_back(b_.broadcast(v, {kSize, kSize}));
      case 9:
        return square_.push_back(b_.multiply(a, b_.sigmoid(b_.sum(c))));
      default: {
        const Value quarter = b_.multiply(c, 0.25);
        return square_.push_back(b_.subtract(b_.relu(a), quarter));
      }
    }
  }

  std::mt19937 random_;
  Graph graph_;
  Builder b_;
  std::vector<Value> square_, vector_;
};

/// A random network of images: convolutions, batch normalisations, additions, nonlinearities, poolings, all ending in
/// one loss, and steps against its gradient. Covers what the fuse and layout passes do.
class RandomNetwork {
 public:
  explicit RandomNetwork(unsigned seed) : random_(seed), b_(graph_, Mode::training) {
    constexpr std::int64_t kChannels[] = {1, 3, 4, 6, 8, 12, 16};
    channels_ = kChannels[random_() % 7];
    images_.push_back(b_.weight("x", {3, channels_, 5, 6}, {}));
    const int nodes = 3 + static_cast<int>(random_() % 12);
    for (int i = 0; i < nodes; ++i) add_node(i);
    Value loss = b_.sum(b_.square(images_.back()));
    for (int i = 0; i < 3; ++i) loss = b_.add(loss, b_.sum(b_.tanh(pick())));
    const Value right = b_.flatten(pick()), left = b_.flatten(pick());
    loss = b_.add(loss, b_.sum(b_.square(b_.matmul(left, right, false, true))));
    graph_.add_output("loss", loss);
    std::vector<Value> weights;
    for (const Parameter& parameter : graph_.parameters()) weights.push_back(parameter.value);
    const std::vector<Value> slopes = gradients(graph_, loss, weights);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (random_() % 2) graph_.add_output("slope" + std::to_string(i), slopes[i]);
      b_.update(weights[i], b_.subtract(weights[i], b_.multiply(slopes[i], 2.0)));
    }
  }
  const Graph& graph() const { return graph_; }

 private:
  Value pick() { return images_[random_() % images_.size()]; }

  void add_node(int i) {
    const Builder::Scope scope = b_.scope("n" + std::to_string(i));
    const Value x = random_() % 2 ? images_.back() : pick();
    const Value sum = random_() % 2 ? b_.add(x, pick()) : x;
    switch (random_() % 7) {
      case 0:
      case 1: {
        const Value w = b_.weight("w", {channels_, channels_, 3, 3}, {});
        const bool bias = random_() % 2;
        const Value y = b_.conv2d(x, w, {3, 1, 1}, bias ? b_.weight("b", {channels_}, {}) : Value{});
        return images_.push_back(b_.multiply(y, 0.3));
      }
      case 2:
      case 3: {
        const Value scale = b_.weight("scale", {channels_}, {}), shift = b_.weight("shift", {channels_}, {});
        const Value y = b_.batch_norm(sum, scale, shift, 1e-3).output;
        const Value added = random_() % 2 ? b_.add(y, pick()) : y;
        return images_.push_back(random_() % 3 ? b_.relu(added) : added);
      }
      case 4:
        return images_.push_back(b_.relu(sum));
      case 5:
        return images_.push_back(b_.max_pool(sum, {3, 1, 1}));
      default:
        return images_.push_back(b_.tanh(sum));
    }
  }

  std::mt19937 random_;
  Graph graph_;
  Builder b_;
  std::int64_t channels_;
  std::vector<Value> images_;
};

inline Tensors random_feeds(const Graph& graph) {
  Tensors feeds;
  for (const Parameter& parameter : graph.parameters())
    feeds[parameter.name] = normal_values(elements(graph.shape(parameter.value)), feeds.size() + 1);
  return feeds;
}

}  // namespace gramstack::test
