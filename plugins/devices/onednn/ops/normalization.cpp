// Batch normalisation, with the addition and the ReLU that the fuse pass puts into it.
#include <cmath>
#include <optional>

#include "defer.h"
#include "kernels/table.h"
#include "ops/norm_passes.h"
#include "ops/normalization.h"
#include "rules.h"

namespace gramstack::onednn {
namespace {

const NormKernels& kernels_of(const Channels& c) { return c.eight ? kernels().norm_eight : kernels().norm_one; }

/// Results of more bytes than the caches hold are written past them.
bool outgrows_caches(const Channels& c) { return c.images * c.stride * 4 > Index{8} << 20; }

/// Moves the pointers of a task for channel 0 to a group.
NormForward at_group(NormForward t, const Channels& c, Index group) {
  const Index o = c.offset(group);
  t.x += o;
  if (t.y) t.y += o;
  if (t.add) t.add += o;
  return t;
}

NormBackward at_group(NormBackward t, const Channels& c, Index group) {
  const Index o = c.offset(group);
  t.dy += o;
  t.x += o;
  t.dx += o;
  if (t.dy2) t.dy2 += o;
  if (t.y) t.y += o;
  if (t.masked) t.masked += o;
  return t;
}

/// Mean and variance of each channel of a group.
struct Statistics {
  std::array<double, kBlock> mean{}, variance{};

  /// From sums of x - c and of its square, where c is the first x of a channel.
  Statistics(const GroupSums& sums, const float* x, const Channels& c) {
    const double count = static_cast<double>(c.images * c.pixels);
    for (std::size_t i = 0, lanes = static_cast<std::size_t>(c.lanes()); i < lanes; ++i) {
      const double difference = sums[i] / count;
      mean[i] = static_cast<double>(x[i]) + difference;
      variance[i] = std::max(sums[lanes + i] / count - difference * difference, 0.0);
    }
  }
  Statistics(const float* means, const float* variances, Index count) {
    std::copy_n(means, count, mean.data());
    std::copy_n(variances, count, variance.data());
  }

  void write(float* means, float* variances, Index count) const {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      means[i] = static_cast<float>(mean[i]);
      variances[i] = static_cast<float>(variance[i]);
    }
  }

  double inverse_deviation(std::size_t i, double epsilon) const { return 1 / std::sqrt(variance[i] + epsilon); }
};

NormCoefficients means_of(const Statistics& s) {
  NormCoefficients made;
  made.mean = s.mean;
  return made;
}

/// y = scale (x - mean) / deviation + shift; those of padding stay zero.
NormCoefficients forward_coefficients(const Statistics& s, const float* scale, const float* shift, Index count,
                                      double epsilon) {
  NormCoefficients made = means_of(s);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    made.factor[i] = static_cast<double>(scale[i]) * s.inverse_deviation(i, epsilon);
    made.shift[i] = static_cast<double>(shift[i]);
  }
  return made;
}

/// A normalisation whose operands begin with scale and shift at input `first`.
struct Forward {
  Forward(const Preparation& p, const Tensor& x, const float* data, std::size_t first)
      : channels(x),
        scale(p.in(first)),
        shift(p.in(first + 1)),
        epsilon(p.attributes().real("epsilon")),
        kernel(kernels_of(channels)) {
    task.x = data;
    task.y = p.out(0);
    task.stride = channels.stride;
    task.pixels = channels.pixels;
    task.relu = p.attributes().find(kFusedRelu) != nullptr;
    task.stream = outgrows_caches(channels);
  }

  void apply(Index group, Index begin, Index end, const Statistics& s) const {
    const Index channel = group * channels.lanes();
    kernel.forward(at_group(task, channels, group), begin, end,
                   forward_coefficients(s, scale + channel, shift + channel, channels.valid(group), epsilon));
  }

  Channels channels;
  NormForward task;
  const float *scale, *shift;
  double epsilon;
  NormKernels kernel;
};

/// The sums of chunks of a group that its statistics are made of.
struct StatisticsSums {
  NormKernels kernel;
  NormForward task;
  void operator()(Index begin, Index end, double* sums) const { kernel.sums(task, begin, end, sums); }
};

Run prepare_batch_norm(Preparation& p) {
  Forward norm(p, p.input(0), p.in(0), 1);
  if (p.inputs() > 3) norm.task.add = p.in(3);
  return [=, passes = NormPasses(p, norm.channels), mean = p.out(1), variance = p.out(2)] {
    const Channels& c = norm.channels;
    passes.run(
        [&](Index group) {
          return StatisticsSums{norm.kernel, at_group(norm.task, c, group)};
        },
        [&](Index group, Index begin, Index end, const GroupSums& sums, bool first) {
          const Statistics s(sums, norm.task.x + c.offset(group), c);
          if (first) s.write(mean + group * c.lanes(), variance + group * c.lanes(), c.valid(group));
          norm.apply(group, begin, end, s);
        });
  };
}

/// Mean and variance alone.
Run prepare_statistics(Preparation& p) {
  const Channels channels(p.input(0));
  NormForward task;
  task.x = p.in(0);
  task.stride = channels.stride;
  task.pixels = channels.pixels;
  return [=, kernel = kernels_of(channels), passes = NormPasses(p, channels), mean = p.out(0), variance = p.out(1)] {
    passes.run(
        [&](Index group) {
          return StatisticsSums{kernel, at_group(task, channels, group)};
        },
        [&](Index group, Index, Index, const GroupSums& sums, bool first) {
          if (!first) return;
          Statistics(sums, task.x + channels.offset(group), channels)
              .write(mean + group * channels.lanes(), variance + group * channels.lanes(), channels.valid(group));
        });
  };
}

Run prepare_given(Preparation& p, const Tensor& x, const float* data, std::size_t first) {
  Forward norm(p, x, data, first);
  if (p.inputs() > first + 4) norm.task.add = p.in(first + 4);
  const Channels& channels = norm.channels;
  const int parts =
      static_cast<int>(std::min<Index>(parts_for(2 * channels.images * channels.stride, p.threads()), channels.images));
  return [=, mean = p.in(first + 2), variance = p.in(first + 3)] {
    const Channels& c = norm.channels;
    parallel_range(parts, c.images, [&](Index begin, Index end) {
      for (Index group = 0; group < c.groups(); ++group) {
        const Index channel = group * c.lanes();
        norm.apply(group, begin, end, Statistics(mean + channel, variance + channel, c.valid(group)));
      }
    });
  };
}

Run prepare_batch_norm_inference(Preparation& p) { return prepare_given(p, p.input(0), p.in(0), 1); }

/// dx = scale / deviation * (g - mean of g - (x - mean) / variance * mean of g (x - mean))
struct Gradient {
  explicit Gradient(const Preparation& p)
      : channels(p.input(1)),
        scale(p.in(2)),
        mean(p.in(3)),
        variance(p.in(4)),
        scale_gradient(p.out(1)),
        shift_gradient(p.out(2)),
        epsilon(p.attributes().real("epsilon")),
        kernel(kernels_of(channels)) {
    task.dy = p.in(0);
    task.x = p.in(1);
    task.dx = p.out(0);
    std::size_t next = 5;
    if (p.attributes().find(kMaskOfSource))
      source = GivenStatistics{scale, p.in(next++), mean, variance, channels.channels, epsilon};
    else if (p.attributes().find(kFusedRelu))
      task.y = p.in(next++);
    if (p.attributes().find(kFusedAdd)) task.dy2 = p.in(next++);
    if (p.instruction().outputs.size() > 3) task.masked = p.out(3);
    task.mask_of_source = source.has_value();
    task.stride = channels.stride;
    task.pixels = channels.pixels;
    task.stream = outgrows_caches(channels);
  }

  /// What both passes need.
  NormCoefficients given(Index group, const Statistics& s) const {
    NormCoefficients made = means_of(s);
    for (Index lane = 0; source && lane < channels.valid(group); ++lane) {
      const Affine affine = source->affine(group * channels.lanes() + lane);
      made.mask_factor[static_cast<std::size_t>(lane)] = static_cast<double>(affine.factor);
      made.mask_shift[static_cast<std::size_t>(lane)] = static_cast<double>(affine.shift);
    }
    return made;
  }

  Statistics statistics(Index group) const {
    const Index channel = group * channels.lanes();
    return {mean + channel, variance + channel, channels.valid(group)};
  }

  NormCoefficients coefficients(Index group, const GroupSums& sums) const {
    const Statistics s = statistics(group);
    const double count = static_cast<double>(channels.images * channels.pixels);
    NormCoefficients made = given(group, s);
    const std::size_t lanes = static_cast<std::size_t>(channels.lanes());
    for (std::size_t i = 0; i < static_cast<std::size_t>(channels.valid(group)); ++i) {
      const double inverse = s.inverse_deviation(i, epsilon);
      const double factor = static_cast<double>(scale[group * channels.lanes() + static_cast<Index>(i)]) * inverse;
      made.factor[i] = factor;
      made.shift[i] = factor * sums[i] / count;
      made.slope[i] = factor * inverse * inverse * sums[lanes + i] / count;
    }
    return made;
  }

  void write_parameter_gradients(Index group, const GroupSums& sums) const {
    const Statistics s = statistics(group);
    const std::size_t lanes = static_cast<std::size_t>(channels.lanes());
    for (Index lane = 0; lane < channels.valid(group); ++lane) {
      const std::size_t i = static_cast<std::size_t>(lane);
      const Index channel = group * channels.lanes() + lane;
      shift_gradient[channel] = static_cast<float>(sums[i]);
      scale_gradient[channel] = static_cast<float>(sums[lanes + i] * s.inverse_deviation(i, epsilon));
    }
  }

  Channels channels;
  NormBackward task;
  const float *scale, *mean, *variance;
  float *scale_gradient, *shift_gradient;
  std::optional<GivenStatistics> source;  ///< what the mask is made of; none: the ReLU's output
  double epsilon;
  NormKernels kernel;
};

Run prepare_batch_norm_gradient(Preparation& p) {
  const Gradient norm(p);
  return [=, passes = NormPasses(p, norm.channels)] {
    const Channels& c = norm.channels;
    passes.run(
        [&](Index group) {
          return
              [&, task = at_group(norm.task, c, group), given = norm.given(group, norm.statistics(group))](
                  Index begin, Index end, double* sums) { norm.kernel.gradient_sums(task, begin, end, given, sums); };
        },
        [&](Index group, Index begin, Index end, const GroupSums& sums, bool first) {
          if (first) norm.write_parameter_gradients(group, sums);
          norm.kernel.backward(at_group(norm.task, c, group), begin, end, norm.coefficients(group, sums));
        });
  };
}

/// Padded channels have variance 0: their deviation must not be.
LayoutRule layout_norm(const Program&, const Instruction& instruction) {
  return {Wish::follow, ~0u, ~0u, instruction.attributes.real("epsilon") > 0};
}

constexpr Rule kRules[] = {{"batch_norm", layout_norm, prepare_batch_norm},
                           {"batch_norm_statistics", nullptr, prepare_statistics},
                           {"batch_norm_inference", layout_norm, prepare_batch_norm_inference},
                           {"batch_norm_gradient", layout_norm, prepare_batch_norm_gradient}};

}  // namespace

std::span<const Rule> normalization_rules() { return kRules; }

Affine::Affine(float scale, float shift_of_norm, float mean, float variance, double epsilon)
    : factor(scale / static_cast<float>(std::sqrt(static_cast<double>(variance) + epsilon))),
      shift(shift_of_norm - mean * factor) {}

ResultStatistics::ResultStatistics(const Preparation& p, Index pixels)
    : channels_(p.output(0)),
      pixels_(pixels),
      groups_((channels_.images * channels_.pixels + pixels - 1) / pixels),
      parts_(parts_for(groups_ * channels_.channels, p.threads())),
      mean_(p.out(1)),
      variance_(p.out(2)) {}

/// Of the block of channels from `first` on: of y - c and of its square, where c is the first group's.
GroupSums ResultStatistics::total(const float* sums, Index first) const {
  const Index channels = channels_.channels, all = channels_.images * channels_.pixels;
  GroupSums made{};
  for (Index group = 0; group < groups_; ++group) {
    const double count = static_cast<double>(std::min(pixels_, all - group * pixels_));
    const float* const at = sums + group * 3 * channels + first;
    for (Index i = 0; i < kBlock; ++i) {
      const double away = static_cast<double>(at[i]) - static_cast<double>(sums[first + i]);
      const double sum = static_cast<double>(at[channels + i]), square = static_cast<double>(at[2 * channels + i]);
      made[static_cast<std::size_t>(i)] += sum + count * away;
      made[static_cast<std::size_t>(kBlock + i)] += square + away * (2 * sum + count * away);
    }
  }
  return made;
}

void ResultStatistics::write(const float* sums) const {
  parallel_range(parts_, channels_.groups(), [&](Index begin, Index end) {
    for (Index first = begin * kBlock; first < end * kBlock; first += kBlock)
      Statistics(total(sums, first), sums + first, channels_).write(mean_ + first, variance_ + first, kBlock);
  });
}

GivenStatistics given_statistics(const Preparation& p, std::size_t first, Index channels) {
  return {p.in(first), p.in(first + 1), p.in(first + 2), p.in(first + 3), channels, p.attributes().real("epsilon")};
}

void GivenStatistics::fold(float* factors, float* shifts) const {
  for (Index i = 0; i < channels; ++i) {
    const Affine made = affine(i);
    factors[i] = made.factor;
    shifts[i] = made.shift;
  }
}

Run prepare_normalization_in_place(Preparation& p, std::size_t first) {
  return prepare_given(p, p.output(0), p.out(0), first);
}

}  // namespace gramstack::onednn
