#include "ops/few_channels.h"

#include <algorithm>

#include "threads.h"

#if defined(__x86_64__)
#include "wide/wide.h"

namespace gramstack::onednn {
namespace {

const few_channels::Kernels& table() { return wide::best()->few_channels; }

/// The images of x as kernels read them: in their place, or where they are padded one by one in a copy with a border.
struct Images {
  explicit Images(const ConvolutionShape& s)
      : shape(s), planes(s.x == Layout::plain ? s.channels : blocks(s.channels)), taps(s.channels * s.size * s.size) {
    kernel.channels = s.channels;
    kernel.size = s.size;
    kernel.stride = s.stride;
    kernel.pixel = s.x == Layout::plain ? 1 : kBlock;
    kernel.out_height = s.out_height;
    kernel.out_width = s.out_width;
    kernel.pitch = (s.width + 2 * s.padding) * kernel.pixel;
    kernel.plane = (s.height + 2 * s.padding) * kernel.pitch;
  }

  Index floats() const { return shape.padding == 0 ? 0 : planes * kernel.plane; }  ///< of the copy; zero at first

  const float* image(const float* x, Index n, float* copy) const {
    const Index row = shape.width * kernel.pixel;
    const float* from = x + n * planes * shape.height * row;
    if (shape.padding == 0) return from;
    for (Index c = 0; c < planes; ++c)
      for (Index y = 0; y < shape.height; ++y, from += row)
        std::copy_n(from, row,
                    copy + c * kernel.plane + (y + shape.padding) * kernel.pitch + shape.padding * kernel.pixel);
    return copy;
  }

  int parts(int threads) const {
    const Index work = shape.images * blocks(shape.filters) * kBlock * taps * shape.out_height * shape.out_width;
    return static_cast<int>(std::min<Index>(parts_for(work, threads), shape.images));
  }

  Index pixels() const { return shape.out_height * shape.out_width * kBlock; }  ///< floats of a block of y

  ConvolutionShape shape;
  Index planes, taps;
  few_channels::Image kernel;
};

/// Blocks of filters go in pairs, the last one alone where their number is odd.
int pair_from(Index block, Index blocks) { return static_cast<int>(std::min<Index>(2, blocks - block)); }

struct Forward {
  Forward(const ConvolutionShape& s, int threads)
      : images(s), groups(blocks(s.filters)), parts(images.parts(threads)) {}

  Index weights() const { return groups * images.taps * kBlock; }
  Index scratch() const { return weights() + groups * kBlock + parts * images.floats(); }

  /// Weights [pairs][channels][size][size][1 or 2][8], then the bias; the filters that pad the last block are zero.
  void pack(const float* plain, const float* bias, float* packed) const {
    std::fill_n(packed, scratch(), 0.0f);
    for (Index k = 0; k < images.shape.filters; ++k) {
      const Index g = k / kBlock, first = g / 2 * 2, together = pair_from(first, groups);
      float* to = packed + (first * images.taps + g - first) * kBlock + k % kBlock;
      for (Index t = 0; t < images.taps; ++t) to[t * together * kBlock] = plain[k * images.taps + t];
      if (bias) packed[weights() + k] = bias[k];
    }
  }

  void convolve(const float* x, float* packed, float* y, int part) const {
    const Index count = images.shape.images, pixels = images.pixels();
    const float* bias = packed + weights();
    float* copy = packed + weights() + groups * kBlock + part * images.floats();
    for (Index n = count * part / parts; n < count * (part + 1) / parts; ++n) {
      const float* image = images.image(x, n, copy);
      for (Index g = 0; g < groups; g += 2)
        table().forward(images.kernel, image, packed + g * images.taps * kBlock, bias + g * kBlock,
                        {y + (n * groups + g) * pixels, pair_from(g, groups), pixels});
    }
  }

  Images images;
  Index groups;
  int parts;
};

/// Rows of dx are made with their border, of which the inside is kept.
struct DataGradient {
  static constexpr Index kRows = 2;  ///< at a time

  DataGradient(const ConvolutionShape& s, int threads) : images(s), parts(images.parts(threads)) {}

  Index weights() const { return images.shape.filters * images.shape.size * images.shape.size * kBlock; }
  Index scratch() const { return weights() + parts * kRows * images.kernel.pitch; }

  /// Weights [size][filters][size][8], whose channels are padded by zeros.
  void pack(const float* plain, float* packed) const {
    const Index filters = images.shape.filters, channels = images.shape.channels, size = images.shape.size;
    std::fill_n(packed, weights(), 0.0f);
    for (Index k = 0; k < filters; ++k)
      for (Index c = 0; c < channels; ++c)
        for (Index ry = 0; ry < size; ++ry)
          for (Index rx = 0; rx < size; ++rx) packed[((ry * filters + k) * size + rx) * kBlock + c] = *plain++;
  }

  void scatter(const float* dy, float* packed, float* dx, int part) const {
    const ConvolutionShape& s = images.shape;
    const Index pixels = images.pixels(), row = s.width * kBlock, pitch = images.kernel.pitch;
    float* bordered = packed + weights() + part * kRows * pitch;
    for (Index n = s.images * part / parts; n < s.images * (part + 1) / parts; ++n)
      for (Index y = 0; y < s.height; y += kRows) {
        const Index rows = std::min(kRows, s.height - y);
        std::fill_n(bordered, rows * pitch, 0.0f);
        table().data_gradient(images.kernel, dy + n * blocks(s.filters) * pixels, pixels, s.filters, packed,
                              {y + s.padding, static_cast<int>(rows)}, bordered);
        for (Index i = 0; i < rows; ++i)
          std::copy_n(bordered + i * pitch + s.padding * kBlock, row, dx + (n * s.height + y + i) * row);
      }
  }

  Images images;
  int parts;
};

/// Every part sums over its own images; then the parts are added in order.
struct WeightGradient {
  WeightGradient(const ConvolutionShape& s, int threads)
      : images(s), groups(blocks(s.filters)), sums(groups * images.taps * kBlock), parts(images.parts(threads)) {}

  Index scratch() const { return images.floats() + sums; }  ///< floats of one part

  void add_images(const float* x, const float* dy, Index begin, Index end, float* own) const {
    float* const total = own + images.floats();
    std::fill_n(own, scratch(), 0.0f);
    for (Index n = begin; n < end; ++n) {
      const float* image = images.image(x, n, own);
      for (Index g = 0; g < groups; g += 2)
        table().weight_gradient(images.kernel, image,
                                {dy + (n * groups + g) * images.pixels(), pair_from(g, groups), images.pixels()},
                                total + g * sums / groups, sums / groups);
    }
  }

  void finish(const float* scratch_of_parts, float* dw) const {
    for (Index k = 0; k < images.shape.filters; ++k)
      for (Index t = 0; t < images.taps; ++t) {
        const Index at = images.floats() + (k / kBlock * images.taps + t) * kBlock + k % kBlock;
        float sum = 0;
        for (Index part = 0; part < parts; ++part) sum += scratch_of_parts[part * scratch() + at];
        dw[k * images.taps + t] = sum;
      }
  }

  Images images;
  Index groups, sums;
  int parts;
};

bool is_narrow(const ConvolutionShape& s) { return s.channels < kBlock && s.filters <= 2 * kBlock; }

Run prepare_forward(Preparation& preparation, const ConvolutionShape& shape, const float* bias) {
  const Forward task(shape, preparation.threads());
  const Workspace* workspace = preparation.workspace(static_cast<std::size_t>(task.scratch()) * sizeof(float));
  return [=, x = preparation.in(0), weights = preparation.in(1), y = preparation.out(0)] {
    task.pack(weights, bias, workspace->data());
    parallel(task.parts, [&](int part) { task.convolve(x, workspace->data(), y, part); });
  };
}

Run prepare_data_gradient(Preparation& preparation, const ConvolutionShape& shape) {
  const DataGradient task(shape, preparation.threads());
  const Workspace* workspace = preparation.workspace(static_cast<std::size_t>(task.scratch()) * sizeof(float));
  return [=, dy = preparation.in(0), weights = preparation.in(1), dx = preparation.out(0)] {
    task.pack(weights, workspace->data());
    parallel(task.parts, [&](int part) { task.scatter(dy, workspace->data(), dx, part); });
  };
}

Run prepare_weight_gradient(Preparation& preparation, const ConvolutionShape& shape) {
  const WeightGradient task(shape, preparation.threads());
  const Workspace* workspace =
      preparation.workspace(static_cast<std::size_t>(task.scratch() * task.parts) * sizeof(float));
  return [=, x = preparation.in(0), dy = preparation.in(1), dw = preparation.out(0)] {
    parallel(task.parts, [&](int part) {
      const Index images = task.images.shape.images;
      task.add_images(x, dy, images * part / task.parts, images * (part + 1) / task.parts,
                      workspace->data() + task.scratch() * part);
    });
    task.finish(workspace->data(), dw);
  };
}

}  // namespace

// Of three or more channels oneDNN's weight gradients for many filters are faster: they read x less often.
bool has_few_channels(Direction direction, const ConvolutionShape& s) {
  if (!wide::best()) return false;
  if (direction == Direction::weight_gradient)
    return s.size <= few_channels::kMostTaps && (s.channels <= 2 || is_narrow(s));
  const bool any_size = direction == Direction::forward;
  return s.stride == 1 && is_narrow(s) && (any_size || s.size == 3 || s.size == 5 || s.size == 7);
}

Run prepare_few_channels(Preparation& preparation, Direction direction, const ConvolutionShape& shape,
                         const float* bias) {
  preparation.note("few channels");
  switch (direction) {
    case Direction::forward:
      return prepare_forward(preparation, shape, bias);
    case Direction::data_gradient:
      return prepare_data_gradient(preparation, shape);
    case Direction::weight_gradient:
      return prepare_weight_gradient(preparation, shape);
  }
  return {};
}

}  // namespace gramstack::onednn
#else
namespace gramstack::onednn {

bool has_few_channels(Direction, const ConvolutionShape&) { return false; }
Run prepare_few_channels(Preparation&, Direction, const ConvolutionShape&, const float*) { return {}; }

}  // namespace gramstack::onednn
#endif
