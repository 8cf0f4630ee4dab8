#include "ops/few_channels.h"

#include <algorithm>

#include "kernels/table.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

/// Every part sums over its own images; then the parts are added in order.
struct Task {
  explicit Task(const ConvolutionShape& s, int threads)
      : shape(s),
        groups(blocks(s.filters)),
        rows(s.height + 2 * s.padding),
        sums(groups * s.channels * s.size * s.size * kBlock) {
    kernel.channels = s.channels;
    kernel.size = s.size;
    kernel.stride = s.stride;
    kernel.out_height = s.out_height;
    kernel.out_width = s.out_width;
    kernel.pitch = s.width + 2 * s.padding;
    kernel.plane = kernel.pitch * rows;
    parts =
        static_cast<int>(std::min<Index>(parts_for(s.images * sums * s.out_height * s.out_width, threads), s.images));
  }

  Index image() const { return shape.channels * kernel.plane; }
  Index scratch() const { return image() + sums; }  ///< floats of one part

  /// One image with its zero border.
  void pad(const float* x, float* to) const {
    for (Index c = 0; c < shape.channels; ++c)
      for (Index y = 0; y < shape.height; ++y)
        std::copy_n(x + (c * shape.height + y) * shape.width, shape.width,
                    to + c * kernel.plane + (y + shape.padding) * kernel.pitch + shape.padding);
  }

  void add_images(const float* x, const float* dy, Index begin, Index end, float* own) const {
    float* const total = own + image();
    std::fill_n(own, scratch(), 0.0f);
    const Index pixels = shape.out_height * shape.out_width * kBlock;
    for (Index n = begin; n < end; ++n) {
      pad(x + n * shape.channels * shape.height * shape.width, own);
      for (Index g = 0; g < groups; ++g)
        kernels().few_channels_weight_gradient(kernel, own, dy + (n * groups + g) * pixels, total + g * sums / groups);
    }
  }

  void finish(const float* scratch_of_parts, float* dw) const {
    const Index taps = shape.channels * shape.size * shape.size;
    for (Index k = 0; k < shape.filters; ++k)
      for (Index t = 0; t < taps; ++t) {
        const Index at = image() + (k / kBlock * taps + t) * kBlock + k % kBlock;
        float sum = 0;
        for (Index part = 0; part < parts; ++part) sum += scratch_of_parts[part * scratch() + at];
        dw[k * taps + t] = sum;
      }
  }

  ConvolutionShape shape;
  Index groups, rows, sums;
  FewChannels kernel;
  int parts = 1;
};

}  // namespace

bool has_few_channels(Index channels, Index size) { return channels <= 2 && size <= 7; }

Run prepare_few_channels(Preparation& preparation, const ConvolutionShape& shape) {
  const Task task(shape, preparation.threads());
  const Workspace* workspace =
      preparation.workspace(static_cast<std::size_t>(task.scratch() * task.parts) * sizeof(float));
  return [=, x = preparation.in(0), dy = preparation.in(1), dw = preparation.out(0)] {
    parallel(task.parts, [&](int part) {
      const Index images = task.shape.images;
      task.add_images(x, dy, images * part / task.parts, images * (part + 1) / task.parts,
                      workspace->data() + task.scratch() * part);
    });
    task.finish(workspace->data(), dw);
  };
}

}  // namespace gramstack::onednn
