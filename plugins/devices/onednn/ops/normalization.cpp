// Batch normalisation, with the addition and the ReLU that the fuse pass puts into it.
#include <algorithm>
#include <array>

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
    eight = x.layout == Layout::blocked || (pixels == 1 && channels % kBlock == 0);
    stride = (eight ? blocks(channels) * kBlock : channels) * pixels;
  }
  Index groups() const { return eight ? blocks(channels) : channels; }
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

/// The per-channel numbers of a group whose last channels are padding: eight of each, the missing ones zero.
class PaddedVectors {
 public:
  explicit PaddedVectors(Index valid) : valid_(valid) {}
  float* copy(const float* from) {
    float* const numbers = next();
    std::copy_n(from, valid_, numbers);
    return numbers;
  }
  float* write(float* to) {
    targets_[used_] = to;
    return next();
  }
  void finish() const {
    for (std::size_t i = 0; i < used_; ++i)
      if (targets_[i]) std::copy_n(numbers_[i].data(), valid_, targets_[i]);
  }

 private:
  float* next() { return numbers_[used_++].data(); }
  Index valid_;
  std::size_t used_ = 0;
  std::array<std::array<float, kBlock>, 5> numbers_{};
  std::array<float*, 5> targets_{};
};

void pad(NormForward& t, PaddedVectors& vectors) {
  t.scale = vectors.copy(t.scale);
  t.shift = vectors.copy(t.shift);
  t.mean = t.given ? vectors.copy(t.mean) : vectors.write(t.mean);
  t.variance = t.given ? vectors.copy(t.variance) : vectors.write(t.variance);
}

void pad(NormBackward& t, PaddedVectors& vectors) {
  t.scale = vectors.copy(t.scale);
  t.mean = vectors.copy(t.mean);
  t.variance = vectors.copy(t.variance);
  t.dscale = vectors.write(t.dscale);
  t.dshift = vectors.write(t.dshift);
}

template <class Task>
void run_group(const Task& task, const Channels& channels, void (*kernel)(const Task&), Index group) {
  Task part = at_group(task, channels, group);
  const Index valid = channels.channels - group * kBlock;
  if (!channels.eight || valid >= kBlock) return kernel(part);
  PaddedVectors vectors(valid);
  pad(part, vectors);
  kernel(part);
  vectors.finish();
}

template <class Task>
Run over_groups(const Task& task, const Channels& channels, void (*kernel)(const Task&), int parts) {
  return [=] {
    parallel_range(parts, channels.groups(), [&](Index begin, Index end) {
      for (Index group = begin; group < end; ++group) run_group(task, channels, kernel, group);
    });
  };
}

/// `first`: the input that is the scale; the others follow.
NormForward forward_task(Preparation& p, const float* x, std::size_t first, bool given) {
  NormForward task;
  task.x = x;
  task.scale = p.in(first);
  task.shift = p.in(first + 1);
  task.y = p.out(0);
  task.given = given;
  task.mean = given ? p.data(p.instruction().inputs[first + 2]) : p.out(1);
  task.variance = given ? p.data(p.instruction().inputs[first + 3]) : p.out(2);
  const std::size_t add = first + (given ? 4 : 2);
  if (p.inputs() > add) task.add = p.in(add);
  task.relu = p.attributes().find(kFusedRelu) != nullptr;
  task.epsilon = p.attributes().real("epsilon");
  return task;
}

Run prepare_task(Preparation& p, const Tensor& x, NormForward task) {
  const Channels channels(x);
  task.images = channels.images;
  task.stride = channels.stride;
  task.pixels = channels.pixels;
  return over_groups(task, channels, channels.kernel().forward, channels.parts(p.threads()));
}

Run prepare_forward(Preparation& p, bool given) {
  return prepare_task(p, p.input(0), forward_task(p, p.in(0), 1, given));
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

/// Padded channels have variance 0: their deviation must not be.
LayoutRule layout_norm(const Program&, const Instruction& instruction) {
  return {Wish::follow, ~0u, ~0u, instruction.attributes.real("epsilon") > 0};
}

constexpr Rule kRules[] = {{"batch_norm", layout_norm, prepare_batch_norm},
                           {"batch_norm_inference", layout_norm, prepare_batch_norm_inference},
                           {"batch_norm_gradient", layout_norm, prepare_batch_norm_gradient}};

}  // namespace

std::span<const Rule> normalization_rules() { return kRules; }

Run prepare_normalization_in_place(Preparation& p, std::size_t first) {
  return prepare_task(p, p.output(0), forward_task(p, p.out(0), first, true));
}

}  // namespace gramstack::onednn
