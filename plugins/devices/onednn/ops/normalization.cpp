// Batch normalisation, with the addition and the ReLU that the fuse pass puts into it.
#include <algorithm>

#include "kernels/table.h"
#include "ops/normalization.h"
#include "plan.h"
#include "rules.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

/// How the channels of x lie in memory.
struct Channels {
  explicit Channels(const Tensor& x) {
    const Shape& shape = x.shape();
    channels = shape[1];
    images = shape[0];
    pixels = shape.size() == 4 ? shape[2] * shape[3] : 1;
    stride = channels * pixels;
    eight = x.layout == Layout::blocked || (pixels == 1 && channels % kBlock == 0);
  }
  Index groups() const { return eight ? channels / kBlock : channels; }
  Index lanes() const { return eight ? kBlock : 1; }
  Index offset(Index group) const { return group * lanes() * pixels; }
  const NormKernels& kernel() const { return eight ? kernels().norm_eight : kernels().norm_one; }
  int parts(int threads) const {
    return static_cast<int>(std::min<Index>(parts_for(2 * images * stride, threads), groups()));
  }

  Index images = 0, channels = 0, pixels = 0, stride = 0;
  bool eight = false;
};

/// Moves the pointers of a task for channel 0 to a group.
NormForward at_group(NormForward t, const Channels& c, Index group) {
  const Index o = c.offset(group), v = group * c.lanes();
  t.x += o;
  t.y += o;
  if (t.add) t.add += o;
  t.scale += v;
  t.shift += v;
  t.mean += v;
  t.variance += v;
  return t;
}

NormBackward at_group(NormBackward t, const Channels& c, Index group) {
  const Index o = c.offset(group), v = group * c.lanes();
  t.dy += o;
  t.x += o;
  t.dx += o;
  if (t.dy2) t.dy2 += o;
  if (t.y) t.y += o;
  if (t.masked) t.masked += o;
  t.scale += v;
  t.mean += v;
  t.variance += v;
  t.dscale += v;
  t.dshift += v;
  return t;
}

template <class Task>
Run over_groups(const Task& task, const Channels& channels, void (*kernel)(const Task&), int parts) {
  return [=] {
    parallel_range(parts, channels.groups(), [&](Index begin, Index end) {
      for (Index group = begin; group < end; ++group) kernel(at_group(task, channels, group));
    });
  };
}

Run prepare_forward(Preparation& p, bool given) {
  const Channels channels(p.input(0));
  NormForward task;
  task.x = p.in(0);
  task.scale = p.in(1);
  task.shift = p.in(2);
  task.y = p.out(0);
  task.given = given;
  task.mean = given ? p.data(p.instruction().inputs[3]) : p.out(1);
  task.variance = given ? p.data(p.instruction().inputs[4]) : p.out(2);
  const std::size_t add = given ? 5 : 3;
  if (p.inputs() > add) task.add = p.in(add);
  task.relu = p.attributes().find(kFusedRelu) != nullptr;
  task.images = channels.images;
  task.stride = channels.stride;
  task.pixels = channels.pixels;
  task.epsilon = p.attributes().real("epsilon");
  return over_groups(task, channels, channels.kernel().forward, channels.parts(p.threads()));
}

Run prepare_batch_norm(Preparation& p) { return prepare_forward(p, false); }
Run prepare_batch_norm_inference(Preparation& p) { return prepare_forward(p, true); }

Run prepare_batch_norm_gradient(Preparation& p) {
  const Channels channels(p.input(1));
  NormBackward task;
  task.dy = p.in(0);
  task.x = p.in(1);
  task.scale = p.in(2);
  task.mean = p.in(3);
  task.variance = p.in(4);
  task.dx = p.out(0);
  task.dscale = p.out(1);
  task.dshift = p.out(2);
  std::size_t next = 5;
  if (p.attributes().find(kFusedRelu)) task.y = p.in(next++);
  if (p.attributes().find(kFusedAdd)) task.dy2 = p.in(next++);
  if (p.instruction().outputs.size() > 3) task.masked = p.out(3);
  task.images = channels.images;
  task.stride = channels.stride;
  task.pixels = channels.pixels;
  task.epsilon = p.attributes().real("epsilon");
  return over_groups(task, channels, channels.kernel().backward, channels.parts(p.threads()));
}

constexpr Rule kRules[] = {{"batch_norm", follow, prepare_batch_norm},
                           {"batch_norm_inference", follow, prepare_batch_norm_inference},
                           {"batch_norm_gradient", follow, prepare_batch_norm_gradient}};

}  // namespace

std::span<const Rule> normalization_rules() { return kRules; }

}  // namespace gramstack::onednn
