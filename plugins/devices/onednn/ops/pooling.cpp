// Poolings: every image and group of channels is one unit of work.
#include <algorithm>

#include "kernels/table.h"
#include "plan.h"
#include "rules.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

Index attribute_or(const Attributes& attributes, const char* name, Index fallback) {
  return attributes.find(name) ? attributes.integer(name) : fallback;
}

/// x: the large image, y: the small one.
struct Pooling {
  Pooling(const Preparation& p, const Tensor& x, const Tensor& y) {
    window.height = x.shape()[2];
    window.width = x.shape()[3];
    window.out_height = y.shape()[2];
    window.out_width = y.shape()[3];
    window.size = p.attributes().integer("size");
    window.stride = p.attributes().integer("stride");
    window.padding = attribute_or(p.attributes(), "padding", 0);
    const Index lanes = x.layout == Layout::blocked ? kBlock : 1;
    kernel = lanes == kBlock ? &kernels().pool_eight : &kernels().pool_one;
    units = x.shape()[0] * (lanes == kBlock ? blocks(x.shape()[1]) : x.shape()[1]);
    in = window.height * window.width * lanes;
    out = window.out_height * window.out_width * lanes;
    const Index taps = out * window.size * window.size;
    parts = static_cast<int>(std::min<Index>(parts_for(units * std::max(in, taps), p.threads()), units));
  }

  PoolWindow window;
  const PoolKernels* kernel = nullptr;
  Index units = 0, in = 0, out = 0;  ///< elements of a unit
  int parts = 1;
};

Run prepare_max_pool(Preparation& p) {
  const Pooling pool(p, p.input(0), p.output(0));
  return [pool, x = p.in(0), y = p.out(0)] {
    parallel_range(pool.parts, pool.units, [&](Index begin, Index end) {
      for (Index u = begin; u < end; ++u) pool.kernel->max(pool.window, x + u * pool.in, y + u * pool.out);
    });
  };
}

Run prepare_max_pool_gradient(Preparation& p) {
  const Pooling pool(p, p.input(1), p.input(2));
  return [pool, dy = p.in(0), x = p.in(1), y = p.in(2), dx = p.out(0)] {
    parallel_range(pool.parts, pool.units, [&](Index begin, Index end) {
      for (Index u = begin; u < end; ++u) {
        std::fill_n(dx + u * pool.in, pool.in, 0.0f);
        pool.kernel->max_gradient(pool.window, dy + u * pool.out, x + u * pool.in, y + u * pool.out, dx + u * pool.in);
      }
    });
  };
}

Run prepare_average_pool(Preparation& p) {
  const Pooling pool(p, p.input(0), p.output(0));
  return [pool, x = p.in(0), y = p.out(0)] {
    parallel_range(pool.parts, pool.units, [&](Index begin, Index end) {
      for (Index u = begin; u < end; ++u) pool.kernel->average(pool.window, x + u * pool.in, y + u * pool.out);
    });
  };
}

Run prepare_average_pool_gradient(Preparation& p) {
  const Pooling pool(p, p.output(0), p.input(0));
  return [pool, dy = p.in(0), dx = p.out(0)] {
    parallel_range(pool.parts, pool.units, [&](Index begin, Index end) {
      for (Index u = begin; u < end; ++u) {
        std::fill_n(dx + u * pool.in, pool.in, 0.0f);
        pool.kernel->average_gradient(pool.window, dy + u * pool.out, dx + u * pool.in);
      }
    });
  };
}

constexpr Rule kRules[] = {{"max_pool", follow, prepare_max_pool},
                           {"max_pool_gradient", follow, prepare_max_pool_gradient},
                           {"average_pool", follow, prepare_average_pool},
                           {"average_pool_gradient", blocked, prepare_average_pool_gradient}};

}  // namespace

std::span<const Rule> pooling_rules() { return kRules; }

}  // namespace gramstack::onednn
